// The order of the queue, by the rules of each official account. The same rule as in
// store/queue.go; store/testdata/queue.json holds cases that both must pass.
const SOON = 30 * 60_000; // a window that ends within this moves its customer forward

// Since when it waits: also who has said nothing, or was answered and then left alone.
export const since = ({ waiting_since, returned_at, created_at }) => waiting_since || returned_at || created_at;

// A level that was taken away counts as the highest that is left.
export const levelIn = (rules, vip) => Math.max(0, Math.min(vip, rules.levels.length));

// The level that counts in the queue: one more for who was moved forward by a keyword.
export const stepIn = (rules, { customer, raised_at }) => levelIn(rules, customer.vip) + Boolean(raised_at);

// How many milliseconds a customer may wait for an answer, 0 for no promise.
export function targetIn(rules, vip) {
  const level = levelIn(rules, vip);
  return (level ? rules.levels[level - 1].target : rules.target) * 60_000;
}

// Those that wait, in the order in which they are taken: in each official account by its rules,
// between them by level, then by waiting time. rulesOf gives the rules of an account.
export function inOrder(rows, rulesOf, now) {
  const queues = new Map();
  for (const row of rows) {
    if (!queues.has(row.account)) queues.set(row.account, []);
    queues.get(row.account).push(row);
  }
  const lines = [...queues].map(([account, line]) => line.sort((a, b) => compare(rulesOf(account), a, b, now)));
  if (lines.length === 1) return lines[0];
  const level = (row) => stepIn(rulesOf(row.account), row);
  const between = (a, b) => level(b) - level(a) || waited(a, b) || a.id - b.id;
  const all = [];
  while (all.length < rows.length) {
    const heads = lines.filter((line) => line.length);
    all.push(heads.reduce((best, line) => (between(line[0], best[0]) < 0 ? line : best)).shift());
  }
  return all;
}

function compare(rules, a, b, now) {
  for (const by of rules.order) {
    const order = ways[by](rules, a, b, now);
    if (order) return order;
  }
  return ways.waited(rules, a, b) || a.id - b.id;
}

// Whether levels decide before the waiting time does. Where they do not, who was moved forward is
// before all that were not.
const leveled = ({ order }) => order.find((by) => by === 'level' || by === 'waited') === 'level';

const ways = {
  level: (rules, a, b) => stepIn(rules, b) - stepIn(rules, a),
  waited: (rules, a, b) => (leveled(rules) ? 0 : Boolean(b.raised_at) - Boolean(a.raised_at)) || waited(a, b),
  closing: (rules, a, b, now) => less(closes(a, now), closes(b, now)),
  overdue: (rules, a, b, now) => over(rules, b, now) - over(rules, a, now),
};

const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// Who came back to the queue counts as having waited longest.
const waited = (a, b) => Boolean(b.returned_at) - Boolean(a.returned_at) || since(a) - since(b);

// When the last window ends in which a reply is left, if that is soon.
function closes({ grants }, now) {
  const until = Math.max(0, ...[grants?.message, grants?.action].map((grant) => (grant?.left > 0 ? grant.until : 0)));
  return until > now && until - now <= SOON ? until : Infinity;
}

// By how much the target is passed.
function over(rules, { waiting_since, customer }, now) {
  const target = targetIn(rules, customer.vip);
  return target && waiting_since ? Math.max(0, now - waiting_since - target) : 0;
}
