// What an agent is told of. Pure rules: what a change of a conversation means to agent me, when it is
// late, and when nothing may be heard. The events, the most urgent last.
export const EVENTS = ['waiting', 'message', 'called', 'named', 'target', 'closing'];

export const LAST_CALL = 10 * 60_000;

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

// When the window ends (until, 0 for none that an answer fits in) of a customer who has no answer yet,
// once that is soon; else 0.
export const lastCall = ({ waiting_since }, until, now) => (waiting_since && until && until - now <= LAST_CALL ? until : 0);

// The time of day that somebody wrote, as 09:30; '' for none.
export function clockOf(text) {
  const [, hours, minutes] = /^\s*([01]?\d|2[0-3])[:\uff1a]([0-5]\d)\s*$/.exec(text) ?? [];
  return hours ? `${hours.padStart(2, '0')}:${minutes}` : '';
}

const minutesOf = (clock) => clock.split(':').reduce((hours, minutes) => 60 * hours + Number(minutes), 0);

// Whether quiet hours {on, start, end} hold at a moment, by the clock on the wall: from 21:00 to 09:00 goes
// past midnight, and from a time to the same time is the whole day.
export function isQuiet({ on, start, end }, date) {
  const [now, from, to] = [60 * date.getHours() + date.getMinutes(), minutesOf(start), minutesOf(end)];
  return on && (from < to ? from <= now && now < to : from <= now || now < to);
}

// Of many notices at once: the most urgent event, and what it is about, the newest last.
export function mostUrgent(notices) {
  const event = EVENTS.findLast((one) => notices.some((notice) => notice.event === one));
  return { event, ids: [...new Set(notices.filter((notice) => notice.event === event).map(({ id }) => id))] };
}
