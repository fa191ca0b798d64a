// The keyboard outside of fields. While an input method composes, every key is its own.
import { commands, find, nameOf } from '../lib/commands.js';
import { panelOver, togglePanel } from '../lib/layout.js';
import { go, step, endOrReopen, takeNext, takeThis } from './acts.js';
import { searching } from '../lib/search.js';
import { current, isMine, opened } from '../lib/state.js';
import { tabs } from '../lib/views.js';
import { focusReply } from './commands.js';
import { closeMenu } from './menu.js';
import { focusSearch, stepHit } from './search.js';
import { playLatest } from './sound.js';

const acts = {
  j: () => move(1),
  k: () => move(-1),
  a: takeThis,
  A: takeNext,
  e: endOrReopen,
  r: () => isMine(opened.value ?? {}) && focusReply(),
  i: () => opened.value && togglePanel(),
  p: playLatest,
};
tabs.forEach((name, i) => {
  acts[i + 1] = () => go(name, current.value, { replace: true });
});

const move = (by) => (searching.value ? stepHit(by) : step(by));

const field = 'input, textarea, select, [contenteditable]';

export function followKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (seek(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') return escape(event);
    if (/^Arrow/.test(event.key) && !inList(event.target)) return;
    const name = nameOf(event);
    const typing = event.target.closest?.(field);
    const fitting = commands.filter(({ keys, run, anywhere }) => run && keys.includes(name) && (anywhere || !typing));
    if (!fitting.length) return;
    event.preventDefault();
    fitting.find(({ why }) => !why())?.run();
  });
  document.addEventListener('click', ({ target }) => press(target.closest?.('[data-command]')));
}

// ButtonsThe search has keys of its own, also inside of fields.
function seek({ key, ctrlKey, metaKey, shiftKey }) {
  if (document.querySelector('dialog[open]')) return false;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') return focusSearch();
  return key === 'F3' && searching.value && stepHit(shiftKey ? -1 : 1);
}

// Letters of the page's frame do by name what keys do.
function press(button) {
  if (!button) return;
  const menu = button.closest('details');
  if (menu) menu.open = false;
  find(button.dataset.command).run();
}

// Elsewhere the arrows scroll.
const inList = (target) => target === document.body || target.closest?.('#rows');

// The top layer first, then out of the field. What was written stays.
function escape({ target }) {
  closeMenu();
  if (panelOver.value) togglePanel();
  else if (target.closest?.(field)) target.blur();
}
