// The tabs of one agent in this browser know of one another: only one of them makes noise, and
// what the agent has before their eyes in one tab is no news in another.
import { effect } from './html.js';
import { read, remove, write } from './local.js';
import { current } from './state.js';
import { view } from './views.js';

const KEY = 'kf.looking';
const tab = Math.random();

// What the agent looks at, {view, id}; null while no tab of ours has the focus.
export const looking = () => read(KEY, null);

export function followLooking() {
  const tell = () => {
    if (document.hasFocus()) write(KEY, { tab, view: view.value, id: current.value });
    else if (looking()?.tab === tab) remove(KEY);
  };
  effect(tell);
  for (const name of ['focus', 'blur']) addEventListener(name, tell);
  addEventListener('pagehide', () => looking()?.tab === tab && remove(KEY));
}

// The answer is a function that tells whether this tab is the one tab with this duty. When it
// closes another one takes over. Without locks (plain http) every tab does it.
export function alone(duty) {
  let held = !navigator.locks;
  navigator.locks?.request(duty, () => {
    held = true;
    return new Promise(() => {}); // until the tab closes
  });
  return () => held;
}

export async function taken(duty) {
  return Boolean(navigator.locks && (await navigator.locks.query()).held.some(({ name }) => name === duty));
}
