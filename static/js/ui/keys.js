// The keyboard outside of fields. While an input method composes, every key is its own.
import { commands, find, nameOf } from '../lib/commands.js';
import { panelOver, togglePanel } from '../lib/layout.js';
import './commands.js';
import './menucommands.js';
import './self.js';
import { closeMenu } from './menu.js';

const field = 'input, textarea, select, [contenteditable]';

export function followKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || document.querySelector('dialog[open]')) return;
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

// Buttons of the page's frame do by name what keys do.
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
