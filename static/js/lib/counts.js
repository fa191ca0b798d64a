// How many conversations there are in each view, for the list and the rail.
import { endedToday } from './endedtoday.js';
import { computed } from './html.js';
import { changed, conversations, isMine } from './state.js';

export const counts = computed(() => {
  changed.value;
  const sum = { mine: 0, waiting: 0, all: 0, unread: 0, ended: endedToday.value }; // ended: today
  for (const conversation of conversations.values()) {
    const row = conversation.peek();
    if (row.state === 'waiting') sum.waiting++;
    if (row.state !== 'closed') sum.all++;
    if (!isMine(row)) continue;
    sum.mine++;
    if (row.unread > 0) sum.unread++;
  }
  return sum;
});
