// The four views of the list, those of the window radar and the block list: who is in them, in which groups and in which order.
import { day, now } from './clock.js';
import { computed, signal } from './html.js';
import { daysAgo } from './i18n.js';
import { since } from './queue.js';
import { closing, soonest as firstToClose } from './radar.js';
import { changed, conversations, isMine } from './state.js';
import { queued, queueGroups } from './waiting.js';

export const view = signal('mine');

const waits = (row) => row.waiting_since > 0;
const longest = (a, b) => since(a) - since(b) || a.id - b.id;
const latest = (a, b) => lastAt(b) - lastAt(a) || b.id - a.id;
const lastAt = (row) => row.last?.at ?? row.created_at;
const lastClosed = (a, b) => b.closed_at - a.closed_at || b.id - a.id;

// A right of one minute is worth nothing to those who come late.
const soonest = (a, b) => minuteLeft(a) - minuteLeft(b) || longest(a, b);
const minuteLeft = ({ grants }) => {
  const until = grants?.action?.left > 0 ? grants.action.until : 0;
  return until > now() && !(grants.message?.until > now()) ? until : Infinity;
};

const by = (compare) => (rows) => rows.sort(compare);
const inQueue = (row) => row.state === 'waiting';
const onRadar = (answered) => (row) => closing.value.includes(row.id) && waits(row) !== answered;
const lastBlocked = (a, b) => b.customer.blocked_at - a.customer.blocked_at || b.customer.id - a.customer.id;
const closed = (from, to) => (row) => row.state === 'closed' && daysAgo(row.closed_at) >= from && daysAgo(row.closed_at) <= to;

// view → [name of the group, who belongs, order]; the groups of the queue are as the rules say
export const views = {
  mine: [
    ['reply', (row) => isMine(row) && waits(row), by(soonest)],
    ['await', (row) => isMine(row) && !waits(row), by(latest)],
  ],
  waiting: [],
  all: [
    ['queue', inQueue, queued],
    ['served', (row) => row.state === 'open', by(latest)],
  ],
  ended: [['today', closed(-1, 0), by(lastClosed)], ['yesterday', closed(1, 1), by(lastClosed)], ['earlier', closed(2, Infinity), by(lastClosed)]],
  blocked: [['blocked', (row) => row.customer.blocked_at > 0, (rows) => newestOf(rows).sort(lastBlocked)]],
  closing: [['unanswered', onRadar(false), by(firstToClose)], ['answered', onRadar(true), by(firstToClose)]],
};
export const tabs = ['mine', 'waiting', 'all', 'ended'];

// Of each customer the newest conversation that is known.
function newestOf(rows) {
  const newest = new Map();
  for (const row of rows) {
    if (!(newest.get(row.customer.id)?.id > row.id)) newest.set(row.customer.id, row);
  }
  return [...newest.values()];
}

// Rows must not slide away from under the pointer or the J and K keys.
const holding = signal(false);
let thawTimer = 0;

// Keeps the order as it is for a while.
export function hold(ms) {
  clearTimeout(thawTimer);
  thawTimer = setTimeout(thaw, ms);
  holding.value = true;
}

export function thaw() {
  clearTimeout(thawTimer);
  holding.value = false;
}

let shown = { view: '', groups: [] };

// The groups of the current view as lists of conversation ids; empty groups are left out.
export const groups = computed(() => {
  changed.value;
  day.value;
  const fresh = { view: view.value, groups: sorted(view.value) };
  shown = holding.value && shown.view === fresh.view ? { ...fresh, groups: held(shown.groups, fresh.groups) } : fresh;
  return shown.groups.filter((group) => group.ids.length);
});

// Ids in the order of the screen.
export const order = computed(() => groups.value.flatMap((group) => group.ids));

function sorted(name) {
  const rows = [...conversations.values()].map((conversation) => conversation.peek());
  if (name === 'waiting') return queueGroups(rows.filter(inQueue));
  return views[name].map(([key, belongs, sort]) => ({ key, ids: sort(rows.filter(belongs)).map((row) => row.id) }));
}

// The old order; what is new goes to the end of its group.
function held(old, fresh) {
  const known = new Set(old.flatMap((group) => group.ids));
  const kept = old.map((group) => ({ ...group, ids: [...group.ids, ...(fresh.find(({ key }) => key === group.key)?.ids ?? []).filter((id) => !known.has(id))] }));
  return [...kept, ...fresh.filter(({ key }) => !old.some((group) => group.key === key))];
}
