// Leads to a message of a customer: loads what is around it, shows it for a moment, and leaves the
// focus there.
import { effect } from '../lib/html.js';
import { conversations, current, timeline } from '../lib/state.js';
import { view } from '../lib/views.js';
import { go } from './acts.js';

export async function jump(conversation, message) {
  if (current.value !== conversation) await go(view.value, conversation);
  if (current.value !== conversation || !conversations.has(conversation)) return;
  const line = timeline(conversation);
  await loaded(line);
  if (!line.messages.value.some(({ id }) => id === message)) await line.loadAround(conversation, message);
  requestAnimationFrame(() => show(message));
}

const loaded = (line) => new Promise((done) => {
  const stop = effect(() => {
    if (!['empty', 'loading'].includes(line.state.value)) queueMicrotask(() => done(stop()));
  });
});

function show(message) {
  const element = document.querySelector(`#stream [data-id="${message}"]`);
  if (!element) return;
  element.scrollIntoView({ block: 'center' });
  element.setAttribute('tabindex', '-1');
  element.focus({ preventScroll: true });
  element.classList.add('is-target');
  const over = () => element.classList.remove('is-target');
  for (const name of ['keydown', 'pointerdown']) document.addEventListener(name, over, { once: true });
}
