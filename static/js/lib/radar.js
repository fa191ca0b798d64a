// The window radar: conversations that will soon be out of reach, and who was told of it.
import { budget } from './budget.js';
import { tick } from './clock.js';
import { computed } from './html.js';
import { read, write } from './local.js';
import { rulesOf } from './rules.js';
import { changed, conversations, isMine } from './state.js';

const MINUTE = 60_000;
export const URGENT = 10 * MINUTE;
const REMIND = [10, 30]; // minutes before the end, the last first
const KEY = 'kf.radar';

// When the window ends, if soon, as the rules of its official account say, while something can still be
// sent: who waits for somebody, and all that are ours. Else 0. The rights of one minute have a place of
// their own.
export function closes(row, now) {
  if (row.state !== 'waiting' && !isMine(row)) return 0;
  const { reason, kind, until } = budget(row, now);
  return !reason && kind === 'message' && until - now <= rulesOf(row.account).closing * MINUTE ? until : 0;
}

const list = () => [...conversations.values()].map((conversation) => conversation.peek());

export const soonest = (a, b) => closes(a, tick.peek()) - closes(b, tick.peek()) || a.id - b.id;

// Time goes on every second; what hangs on the list is drawn again only when it is another.
const ids = computed(() => {
  changed.value;
  const now = tick.value;
  return list().filter((row) => closes(row, now)).sort(soonest).map(({ id }) => id).join();
});

// The conversations on the radar, whose window ends first is first.
export const closing = computed(() => (ids.value ? ids.value.split(',').map(Number) : []));

// When the window of the first one ends.
export const nextClose = computed(() => {
  const row = conversations.get(closing.value[0])?.value;
  return row ? closes(row, tick.value) : 0;
});

// The reminders that are due of what is ours: {row, minutes}. Each is given once, also over a reload
// and in several tabs: what was told of a window is kept until it ends.
export function reminders() {
  changed.value;
  const now = tick.value;
  const due = list().filter(isMine).map((row) => ({ row, until: closes(row, now) })).filter(({ until }) => until)
    .map(({ row, until }) => ({ row, until, minutes: REMIND.find((n) => until - now <= n * MINUTE) })).filter(({ minutes }) => minutes);
  if (!due.length) return [];
  const told = read(KEY, {});
  const fresh = due.filter(({ row, until, minutes }) => !(told[row.id]?.until === until && told[row.id].minutes <= minutes));
  if (fresh.length) {
    const kept = Object.entries(told).filter(([, { until }]) => until > now);
    write(KEY, { ...Object.fromEntries(kept), ...Object.fromEntries(fresh.map(({ row, until, minutes }) => [row.id, { until, minutes }])) });
  }
  return fresh;
}
