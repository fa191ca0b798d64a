// The keyboard outside of fields. While an input method composes, every key is its own.
import { panelOver, togglePanel } from '../lib/layout.js';
import { go, step, endOrReopen, takeNext, takeThis } from './acts.js';
import { current, isMine, opened } from '../lib/state.js';
import { views } from '../lib/views.js';
import { focusReply } from './dock.js';
import { openTransfer } from './handover.js';
import { closeMenu } from './menu.js';
import { togglePresence } from './presence.js';
import { playLatest } from './sound.js';

const acts = {
  j: () => step(1),
  k: () => step(-1),
  a: takeThis,
  A: takeNext,
  e: endOrReopen,
  r: () => isMine(opened.value ?? {}) && focusReply(),
  i: () => opened.value && togglePanel(),
  p: playLatest,
  T: openTransfer,
  O: togglePresence,
};
Object.keys(views).forEach((name, i) => {
  acts[i + 1] = () => go(name, current.value, { replace: true });
});

const field = 'input, textarea, select, [contenteditable]';

export function followKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') return escape(event);
    if (event.target.closest?.(field)) return;
    const act = acts[name(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// Letters without regard to the caps lock; the arrows only where they do not scroll.
function name({ key, shiftKey, target }) {
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    return target === document.body || target.closest?.('#rows') ? (key === 'ArrowDown' ? 'j' : 'k') : '';
  }
  return shiftKey ? key.toUpperCase() : key.toLowerCase();
}

// The top layer first, then out of the field. What was written stays.
function escape({ target }) {
  closeMenu();
  if (panelOver.value) togglePanel();
  else if (target.closest?.(field)) target.blur();
}
