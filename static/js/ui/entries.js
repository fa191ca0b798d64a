// The entries of a menu message: added, removed, moved by buttons, keys or the mouse.
import { lengthOf } from '../lib/fields.js';
import { html, live, nothing } from '../lib/html.js';
import { icon } from './icon.js';

export const ENTRY_MOST = 60; // characters
const MOST = 10;

export function entries(editor) {
  const { list } = editor;
  return html`
    <div class="field"><span class="field-label" id="msgmenu-list">${editor.word('list')}<span class="field-count">${editor.texts.length}/${MOST}</span></span>
      <ol class="entries" aria-labelledby="msgmenu-list">${list.map((text, at) => entry(editor, text, at, list.length))}</ol>
      <div><button class="btn btn-sm" type="button" ?disabled=${list.length >= MOST} @click=${() => add(editor, list.length)}>${icon('plus')}${editor.word('add')}</button></div>
      <p class="field-hint">${editor.word(list.length >= MOST ? 'full' : 'list_hint')}</p>
      <p class="sr" role="status">${editor.said ?? ''}</p>
    </div>`;
}

function entry(editor, text, at, count) {
  const n = at + 1;
  const long = lengthOf(text.trim()) > ENTRY_MOST;
  const error = long ? `msgmenu-entry-${n}` : nothing;
  const button = (drawing, word, run, off) => html`<button class="btn btn-quiet btn-icon btn-xs" type="button" name=${word} aria-label=${editor.word(word, { n })} ?disabled=${off} @click=${run}>${icon(drawing)}</button>`;
  return html`
    <li class="entry" @dragover=${(event) => dragOver(editor, event, at)}>
      <span class="entry-grip" draggable="true" @dragstart=${(event) => dragStart(editor, event, at)} @dragend=${() => (editor.dragged = undefined)}>${icon('grip-vertical', 'i-16')}</span>
      <span class="entry-n num">${n}</span>
      <input class="input" type="text" aria-label=${editor.word('nth', { n })} aria-invalid=${long} aria-describedby=${error} .value=${live(text)}
        @input=${({ target }) => write(editor, spliced(editor.list, at, 1, target.value))} @keydown=${(event) => key(editor, event, at)}>
      ${button('arrow-up', 'up', () => step(editor, at, -1, 'up'), at === 0)}${button('arrow-down', 'down', () => step(editor, at, 1, 'down'), at === count - 1)}
      ${button('x', 'remove', () => remove(editor, at), count === 1)}
      ${long ? html`<p class="field-error" id=${error}>${icon('circle-alert')}<span>${editor.word('long_entry', { n: lengthOf(text.trim()), limit: ENTRY_MOST })}</span></p>` : nothing}
    </li>`;
}

// The list with some entries from a place on replaced by others.
const spliced = (list, at, count, ...others) => [...list.slice(0, at), ...others, ...list.slice(at + count)];

const write = (editor, list) => editor.write({ list });

function add(editor, at) {
  write(editor, spliced(editor.list, at, 0, ''));
  focus(editor, at);
}

function remove(editor, at) {
  write(editor, spliced(editor.list, at, 1));
  focus(editor, Math.min(at, editor.list.length - 1));
}

function move(editor, from, to) {
  const { list } = editor;
  if (to < 0 || to >= list.length) return;
  write(editor, spliced(spliced(list, from, 1), to, 0, list[from]));
  editor.said = editor.word('moved', { n: to + 1 });
}

function step(editor, at, by, name) {
  move(editor, at, at + by);
  focus(editor, Math.max(0, Math.min(editor.list.length - 1, at + by)), name);
}

// The button of that name goes along with its entry, as long as it can be pressed.
async function focus(editor, at, name = '') {
  await editor.updateComplete;
  const row = editor.querySelectorAll('.entry')[at];
  (row?.querySelector(`[name="${name}"]:enabled`) ?? row?.querySelector('.input'))?.focus();
}

// Enter goes on to the next entry and makes one at the end; Alt with an arrow moves this one.
function key(editor, event, at) {
  if (event.isComposing || event.keyCode === 229) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && event.altKey) step(editor, at, by);
  else if (event.key === 'Enter' && at + 1 < editor.list.length) focus(editor, at + 1);
  else if (event.key === 'Enter') editor.list.length < MOST && editor.list[at].trim() && add(editor, at + 1);
  else return;
  event.preventDefault();
}

function dragStart(editor, event, at) {
  editor.dragged = at;
  event.dataTransfer.setData('text/plain', editor.list[at]);
  event.dataTransfer.effectAllowed = 'move';
}

function dragOver(editor, event, at) {
  if (editor.dragged === undefined) return;
  event.preventDefault();
  if (at === editor.dragged) return;
  move(editor, editor.dragged, at);
  editor.dragged = at;
}
