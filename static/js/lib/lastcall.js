// Windows that end in a few minutes on customers who still wait for an answer, so that each is told
// once: over a reload by what the browser keeps. Tabs that are open do not wait for one another, for
// only one of them makes noise.
import { read, write } from './local.js';
import { lastCall } from './notices.js';
import { closes, closing } from './radar.js';
import { conversations } from './state.js';

const KEY = 'kf.lastcall';

let told = read(KEY, {}); // id → when the window ends

// The ids of those that were not told of.
export function lastCalls(now) {
  const rows = closing.value.map((id) => conversations.get(id).peek());
  const due = rows.map((row) => [row.id, lastCall(row, closes(row, now), now)]).filter(([id, until]) => until && told[id] !== until);
  if (!due.length) return [];
  const kept = Object.entries(told).filter(([, until]) => until > now);
  told = Object.fromEntries([...kept, ...due]);
  write(KEY, told);
  return due.map(([id]) => id);
}
