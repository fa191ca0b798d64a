// Keys as they are drawn beside what they do.
import { caps, find } from '../lib/commands.js';
import { html, nothing } from '../lib/html.js';

// What stands on the key that commands are given with.
export const [COMMAND] = caps('Mod');

const cap = (text) => html`<kbd class="kbd">${text}</kbd>`;

export function keycaps(key) {
  const all = caps(key);
  return all.length > 1 ? html`<span class="keys">${all.map(cap)}</span>` : cap(all[0]);
}

// The key of what has this name in the list of commands, in one word; '' without one.
export const keyName = (name) => caps(find(name)?.keys[0] ?? '').join('+');

// The hint on a button: the key of what has this name in the list of commands, if it has one.
export function keyHint(name) {
  const [key] = find(name)?.keys ?? [];
  return key ? html`<span class="keys" aria-hidden="true">${caps(key).map(cap)}</span>` : nothing;
}
