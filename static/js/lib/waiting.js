// The view of the queue: its groups, and which way round it is shown.
import { now, tick } from './clock.js';
import { computed, signal } from './html.js';
import { t } from './i18n.js';
import { read, write } from './local.js';
import { inOrder, stepIn } from './queue.js';
import { rulesOf } from './rules.js';
import { accounts, changed, conversations } from './state.js';

const KEY = 'kf.queue.reversed';

export const reversed = signal(read(KEY, false));

export function reverse() {
  reversed.value = !reversed.value;
  write(KEY, reversed.value);
}

const orders = computed(() => accounts.value.map(({ rules }) => rules.order));

// Where the order hangs on the time it is looked at again now and then.
const beat = computed(() => (orders.value.flat().some((by) => by === 'closing' || by === 'overdue') ? Math.floor(tick.value / 5_000) : 0));

// The place of each conversation in the queue: id → 1 for the first, in the order of claim-next.
export const places = computed(() => {
  changed.value;
  const waiting = [...conversations.values()].map((one) => one.peek()).filter(({ state }) => state === 'waiting');
  return new Map(queued(waiting).map(({ id }, i) => [id, i + 1]));
});

export function queued(rows) {
  beat.value;
  return inOrder(rows, rulesOf, now());
}

// One group for each level where the level decides first, else one for all. Who was moved forward is
// with the next level.
export function queueGroups(rows) {
  const leveled = orders.value.every(([first]) => first === 'level');
  const groups = new Map();
  for (const row of queued(rows)) {
    const { levels } = rulesOf(row.account);
    const level = leveled ? Math.min(stepIn(rulesOf(row.account), row), levels.length) : -1;
    if (!groups.has(level)) groups.set(level, { key: `level${level}`, names: new Set(), ids: [] });
    groups.get(level).names.add(level < 0 ? t('inbox.group.queue') : (levels[level - 1]?.name ?? t('inbox.group.normal')));
    groups.get(level).ids.push(row.id);
  }
  const list = [...groups.values()].map(({ key, names, ids }) => ({ key, title: [...names].join(' / '), ids }));
  return reversed.value ? list.reverse().map((group) => ({ ...group, ids: group.ids.reverse() })) : list;
}

// The order in words. What comes after the waiting time decides nothing.
export function orderSaid() {
  const [order = [], ...others] = orders.value;
  if (others.some((other) => other.join() !== order.join())) return t('routing.order.each');
  const by = [...order, 'waited'];
  const names = by.slice(0, by.indexOf('waited') + 1).map((name) => t(`routing.by.${name}`));
  return t('routing.order.said', { list: names.join(t('common.list_separator')) });
}
