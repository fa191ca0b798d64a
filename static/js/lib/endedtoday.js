// How many conversations ended today: the server's number, and what this tab was told of since. Of
// one that it did not hold it cannot tell what changed, and asks again.
import { get } from './api.js';
import { day } from './clock.js';
import { effect, signal } from './html.js';
import { daysAgo } from './i18n.js';

const PAUSE = 1_000;

export const endedToday = signal(0);
export const zone = () => -new Date().getTimezoneOffset();

let begun = false; // on the inbox only: other pages load this file for what lies beside it
let since = 0; // the event up to which the server counted
let told = []; // changes while a question is under way: [event, by]
let timer = 0;

// Takes the server's numbers; with the first of a page all that it holds came, too.
export function beginEnded(counts) {
  clearTimeout(timer);
  timer = 0;
  begun = true;
  take(counts);
}

function take({ ended_today: n, since: event }) {
  since = event;
  endedToday.value = told.filter(([later]) => later > since).reduce((sum, [, by]) => sum + by, n);
}

// Hears of every change of a conversation; before is undefined for one that was not here.
export function countEnded(before, row) {
  if (!before) return askSoon();
  const by = endsToday(row) - endsToday(before);
  if (!by || row.event <= since) return;
  told.push([row.event, by]);
  endedToday.value = endedToday.peek() + by;
}

const endsToday = (row) => row.state === 'closed' && daysAgo(row.closed_at) === 0;

function askSoon() {
  timer ||= setTimeout(ask, PAUSE);
}

async function ask() {
  [told, timer] = [[], 0];
  try {
    take(await get(`counts?zone=${zone()}`));
  } catch {
    timer ||= setTimeout(ask, 10 * PAUSE); // the connection is gone, and comes back
  }
}

// At midnight a new day begins with none.
let today = day.peek();
effect(() => {
  if (day.value !== today && begun) askSoon();
  today = day.value;
});
