// What an admin has to mend, looked up when an account changes and every minute: most of it goes
// away without anybody's doing.
import { get } from './api.js';
import { effect, signal } from './html.js';
import { accounts, me } from './state.js';

const AGAIN = 60_000;

export const alarms = signal([]);

let asked = 0;

async function look() {
  if (me.peek()?.role !== 'admin') return;
  const mine = ++asked;
  try {
    const { alarms: list } = await get('alarms');
    if (mine === asked && JSON.stringify(list) !== JSON.stringify(alarms.peek())) alarms.value = list;
  } catch {
    // the next look tells
  }
}

// A frame of an account makes the page read the accounts again.
export function followAlarms() {
  effect(() => {
    if (accounts.value) look();
  });
  setInterval(look, AGAIN);
}
