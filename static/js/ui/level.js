// The customer's VIP level: how it looks, and how it is set by hand.
import { setLevel } from '../lib/customer.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { levelIn } from '../lib/queue.js';
import { levelOf, rulesOf } from '../lib/rules.js';
import { refused } from './toast.js';

const looks = { outline: 'vip-1', tint: '', solid: 'vip-3' };

export function vip(conversation) {
  const level = levelOf(conversation);
  return level ? html`<span class=${`vip ${looks[level.look]}`}>${level.name}</span>` : nothing;
}

// What a menu offers: the levels from the highest down, then none.
export function levelItems({ account, customer }) {
  const rules = rulesOf(account);
  if (!rules.levels.length) return [];
  const now = levelIn(rules, customer.vip);
  const names = [t('routing.level.none'), ...rules.levels.map(({ name }) => name)];
  return [null, ...names.map((name, level) => ({
    label: level === now ? name : t('routing.level.set', { name }), icon: level === now ? 'check' : 'tag', note: level === now ? t('routing.level.now') : '',
    run: () => setLevel(customer.id, level).catch(refused),
  })).reverse()];
}
