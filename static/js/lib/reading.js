// What the agent has seen of the thread: the line above new messages, how many came while the
// bottom was out of sight, and the report to the server.
import { markRead } from './deeds.js';
import { effect, signal, untracked } from './html.js';
import { isNews } from './items.js';
import { isMine, opened, timeline } from './state.js';

export const atBottom = signal(true);
export const marker = signal(0); // the first message that was not seen, 0 for none
export const missed = signal(0); // how many came since the bottom went out of sight
export const visible = signal(!document.hidden);
let reported = '';

document.addEventListener('visibilitychange', () => {
  visible.value = !document.hidden;
});

export function followReading() {
  effect(enter);
  effect(report);
}

// What the last run saw. ready: the thread was loaded once since it was opened. live: and its
// newest message was among its rows, so that what comes behind it is new.
let before = { id: 0, last: 0, ready: false, live: false };

function enter() {
  const row = opened.value;
  const line = row ? timeline(row.id) : null;
  const rows = line?.messages.value ?? [];
  const ready = line ? line.state.value === 'ready' : false;
  const same = row?.id === before.id;
  untracked(() => {
    if (!same) leave();
    if (row && ready && !(same && before.ready)) marker.value = firstUnseen(row, rows);
    else if (same && before.live) arrived(rows.filter(({ id }) => id > before.last));
  });
  const loaded = ready || (same && before.ready);
  before = { id: row?.id ?? 0, last: rows.at(-1)?.id ?? 0, ready: loaded, live: loaded && !line.newer.value };
}

function leave() {
  atBottom.value = true;
  marker.value = 0;
  missed.value = 0;
}

const firstUnseen = (row, rows) =>
  row.unread && row.read_id ? (rows.find((said) => isNews(said) && said.id > row.read_id && said.conversation === row.id)?.id ?? 0) : 0;

function arrived(rows) {
  if (rows.some(({ dir, body }) => dir === 'out' && !body?.imported)) marker.value = 0; // whoever answers has read
  const incoming = rows.filter(isNews);
  if (!incoming.length || (atBottom.value && visible.value)) return;
  if (!marker.value) marker.value = incoming[0].id;
  if (!atBottom.value) missed.value += incoming.length;
}

function report() {
  const row = opened.value;
  if (!row || !isMine(row) || !row.unread || !visible.value || !atBottom.value) return;
  const line = timeline(row.id);
  const last = line.messages.value.at(-1)?.id;
  const key = `${row.id} ${last}`;
  if (line.state.value !== 'ready' || line.newer.value || !last || key === reported) return;
  reported = key;
  markRead(row.id, last).catch(() => {
    reported = ''; // the next change tries again
  });
}
