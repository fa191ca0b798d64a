// What an agent is told of. Pure rules: what a change of a conversation means to agent me, and when
// it is late. The events, the most urgent last.
export const EVENTS = ['waiting', 'message', 'called', 'target'];

// What the change from before (undefined: it was not there) to row is to me, '' for nothing.
export function eventOf(before, row, me) {
  const mine = row.state === 'open' && row.agent === me;
  if (row.state === 'waiting') return before?.state === 'waiting' ? '' : 'waiting';
  if (!mine) return '';
  const wasMine = before?.agent === me && before.state !== 'waiting';
  if (!wasMine) return 'called'; // somebody or a rule gave it to me
  return row.unread > before.unread ? 'message' : ''; // also of one that I ended and the customer came back to
}

// When the customer should have been answered under a target of so many milliseconds, 0 for no such
// time.
export const dueAt = ({ state, waiting_since }, target) => (state !== 'closed' && waiting_since && target ? waiting_since + target : 0);

// Whose lateness concerns me: who nobody serves, and who I serve.
export const concerns = (row, me) => row.state === 'waiting' || (row.state === 'open' && row.agent === me);

// Of many notices at once: the most urgent event, and what it is about, the newest last.
export function mostUrgent(notices) {
  const event = EVENTS.findLast((one) => notices.some((notice) => notice.event === one));
  return { event, ids: [...new Set(notices.filter((notice) => notice.event === event).map(({ id }) => id))] };
}
