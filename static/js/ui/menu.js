// A button with a menu. One menu is open at a time; Esc closes it and the focus returns.
import { html, nothing, ref, signal } from '../lib/html.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';

const shown = signal('');
let opener = null; // gets the focus back when it is not the button of the menu itself

export const isShown = (name) => shown.value === name;

// Opens a menu that has no button beside it; whoever drew it shows list() while isShown(name).
export function showMenu(name, from) {
  opener = from;
  shown.value = name;
}

export const closeMenu = () => {
  shown.value = '';
};

// items: {label, icon, note, run} or null for a line; reason says why an item cannot be used, command is
// its name in the list of commands, for the key.
// drawing, look and foot: the button's icon, a class of the menu, a line below its items.
export const menu = (name, label, items, { drawing = 'ellipsis', size = 'btn-sm', look = '', foot = '' } = {}) => html`
  <div class="anchor" data-menu=${name}>
    <button class=${`btn btn-quiet btn-icon ${size}`} type="button" aria-label=${label} title=${label}
      aria-haspopup="menu" aria-expanded=${shown.value === name} @click=${() => toggle(name)}>${icon(drawing)}</button>
    ${shown.value === name ? list(label, items, look, foot) : nothing}
  </div>`;

export const list = (label, items, look = '', foot = '') => html`
  <div class=${`pop menu ${look}`} role="menu" aria-label=${label} aria-description=${foot || nothing} @keydown=${move} ${ref(focusFirst)}>
    ${items.map(entry)}${foot ? html`<p class="menu-label" aria-hidden="true">${foot}</p>` : nothing}
  </div>`;

const entry = (item) => item === null ? html`<div class="menu-sep" role="separator"></div>` : html`
  <button class="menu-item" role="menuitem" type="button" tabindex="-1" aria-disabled=${Boolean(item.reason)} @click=${() => choose(item)}>
    ${icon(item.icon)}<span>${item.label}${item.reason ? html` <small>${item.reason}</small>` : nothing}</span>
    ${item.note ? html`<small>${item.note}</small>` : nothing}
    ${item.command ? keyHint(item.command) : nothing}
  </button>`;

function toggle(name) {
  opener = null;
  shown.value = shown.value === name ? '' : name;
}

// Called once when the menu appears; its items are drawn right after.
function focusFirst(menu) {
  queueMicrotask(() => menu?.querySelector('[role="menuitem"]')?.focus());
}

function choose(item) {
  if (item.reason) return;
  back();
  item.run();
}

function back() {
  const button = opener ?? document.querySelector(`[data-menu="${shown.value}"] > button`);
  closeMenu();
  button?.focus();
}

function move(event) {
  const items = [...event.currentTarget.querySelectorAll('[role="menuitem"]')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Escape') back();
  else if (event.key === 'Tab') closeMenu();
  else if (to !== undefined) items[to % items.length].focus();
  else return;
  event.stopPropagation();
  if (event.key !== 'Tab') event.preventDefault();
}

document.addEventListener('pointerdown', ({ target }) => {
  if (shown.value && !target.closest?.(`[data-menu="${shown.value}"]`)) closeMenu();
});
