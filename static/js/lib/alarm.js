// Who has waited for too long. A customer waits on us from their word to our answer.
import { tick } from './clock.js';
import { computed } from './html.js';
import { targetOf } from './rules.js';
import { changed, conversations, isMine } from './state.js';

// 0: there is time, 1: half of it is over, 2: the target is passed.
export function urgency(row, time) {
  const target = targetOf(row);
  if (!target || !row.waiting_since || row.state === 'closed') return 0;
  const waited = time - row.waiting_since;
  return waited >= target ? 2 : waited >= target / 2 ? 1 : 0;
}

let before = [];

// The conversations whose target is passed, of the queue and of this agent: ids, and the same
// array for as long as they are the same.
export const overdue = computed(() => {
  changed.value;
  const ids = [];
  for (const [id, row] of conversations) {
    const { state } = row.peek();
    if ((state === 'waiting' || isMine(row.peek())) && urgency(row.peek(), tick.value) === 2) ids.push(id);
  }
  if (ids.length !== before.length || ids.some((id, i) => id !== before[i])) before = ids;
  return before;
});

// How many of them are in each view.
export const late = computed(() => {
  const mine = overdue.value.filter((id) => isMine(conversations.get(id).peek())).length;
  return { mine, waiting: overdue.value.length - mine };
});
