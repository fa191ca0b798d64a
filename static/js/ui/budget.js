// The reply budget as bars, ring and words.
import { barsFor, budget, isShort, share } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { html, nothing } from '../lib/html.js';
import { formatSpan, t } from '../lib/i18n.js';

// For rows: bars alone.
export const pips = (conversation) => bars(budget(conversation, tick.value), 0);

const isAmber = ({ state }) => ['low', 'urgent', 'event'].includes(state);

// Full bars on the left, those that the next replies take striped, spent ones hollow.
export function bars(rule, next, size = '') {
  const striped = barsFor(rule, next);
  const kind = (i) => (i >= rule.left ? 'pip pip-used' : i >= rule.left - striped ? 'pip pip-next' : 'pip');
  return html`<span class=${`pips ${size} ${isAmber(rule) ? 'pips-warn' : ''}`} aria-hidden="true">${Array.from({ length: rule.total }, (_, i) => html`<i class=${kind(i)}></i>`)}</span>`;
}

export function ring(rule, time) {
  const colour = rule.state === 'urgent' ? 'ring-danger' : rule.state === 'event' || isShort(rule, time) ? 'ring-warn' : '';
  return html`<svg class=${`ring ${colour}`} viewBox="0 0 16 16" aria-hidden="true"><circle class="ring-track" cx="8" cy="8" r="6"></circle><circle class="ring-value" cx="8" cy="8" r="6" pathLength="100" stroke-dasharray=${`${Math.round(share(rule, time) * 100)} 100`}></circle></svg>`;
}

// next: how many replies the next send uses. waiting: spent by replies that can still be taken back. claiming: the words for somebody who has not taken it.
export function meter(conversation, next, { claiming = false, waiting = 0 } = {}) {
  const time = tick.value;
  const rule = withWaiting(budget(conversation, time), waiting);
  const open = rule.can > 0 || rule.reason === 'quota_used';
  const span = open ? formatSpan(rule.until - time) : '';
  return html`<div class=${`budget ${rule.state === 'urgent' ? 'budget-urgent' : ''}`} role="meter" aria-label=${t('composer.budget.label')}
    aria-valuemin="0" aria-valuemax=${rule.total} aria-valuenow=${rule.left} aria-valuetext=${sentence(rule, span)}>
    ${bars(rule, next + rule.waiting, 'pips-lg')}
    <span>${words(rule, claiming)}</span>
    ${open ? html`<span class="budget-time">${ring(rule, time)}<span>${span}<span class="long">${t('composer.budget.after')}</span></span></span>` : nothing}
  </div>`;
}

// They hold their bars until they leave. They come from the long bucket only.
function withWaiting(rule, waiting) {
  const back = rule.kind === 'message' ? Math.min(waiting, rule.total - rule.left) : 0;
  return { ...rule, left: rule.left + back, waiting: back };
}

function words(rule, claiming) {
  if (rule.reason === 'quota_used') return t('composer.budget.used', { total: rule.total });
  if (rule.reason) return t('composer.budget.none');
  const key = claiming ? 'claiming' : rule.left === 1 ? 'last' : 'left';
  const [before, after] = t(`composer.budget.${key}`, { n: rule.left, count: '\n' }).split('\n'); // the number is set in bold
  return html`<span class=${key === 'left' ? 'long' : ''}>${before}</span><b>${rule.left}</b>${after}`;
}

function sentence(rule, span) {
  if (rule.reason === 'quota_used') return t('composer.budget.say_used', { total: rule.total, span });
  if (rule.reason) return t('composer.budget.none');
  return t('composer.budget.say', { n: rule.left, span });
}

// For a polite live region: changes only at 1 left, 0 left, 2 hours, 10 minutes, 1 minute, closed.
export function announcement(conversation) {
  const time = tick.value;
  const rule = budget(conversation, time);
  if (rule.reason) return t(`composer.say.${rule.reason}`);
  const minutes = (rule.until - time) / 60_000;
  const limit = [1, 10, 120].find((threshold) => minutes <= threshold);
  const parts = [limit && t(`composer.say.minutes_${limit}`), rule.left === 1 && t('composer.say.one_left')];
  return parts.filter(Boolean).join(' ');
}
