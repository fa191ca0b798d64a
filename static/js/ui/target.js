// The message that was jumped to: brought into the middle once it is drawn, with what was searched
// marked in it. A highlight needs no element, so the message is drawn as always.
import { places } from '../lib/found.js';
import { effect } from '../lib/html.js';
import { target } from '../lib/jump.js';
import { look } from './place.js';

let reached = null;

export const isTarget = (id) => target.value?.message === id;

// Call after the stream was drawn.
export function arrive(stream) {
  const to = target.peek();
  const article = to && to !== reached && stream?.querySelector(`[data-id="${to.message}"]`);
  if (!article) return;
  reached = to;
  article.tabIndex = -1;
  article.scrollIntoView({ block: 'center' });
  article.focus({ preventScroll: true });
  look(stream);
  mark(article, to.words);
}

function mark(article, words) {
  if (!window.Highlight) return;
  const ranges = [];
  const texts = document.createTreeWalker(article.querySelector('.bubble') ?? article, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const [from, to] of places(texts.currentNode.data, words)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, from);
      range.setEnd(texts.currentNode, to);
      ranges.push(range);
    }
  }
  CSS.highlights.set('found', new Highlight(...ranges));
}

effect(() => {
  if (!target.value) CSS.highlights?.delete('found');
});
