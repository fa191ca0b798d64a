// The window radar on the screen: a line above the list that leads to what closes soon, and toasts.
import { tick } from '../lib/clock.js';
import { effect, html, nothing, untracked } from '../lib/html.js';
import { formatSpan, t } from '../lib/i18n.js';
import { customerName } from '../lib/people.js';
import { closing, nextClose, reminders, URGENT } from '../lib/radar.js';
import { current } from '../lib/state.js';
import { view } from '../lib/views.js';
import { go } from './acts.js';
import { icon } from './icon.js';
import { toast } from './toast.js';

export function radar() {
  const n = closing.value.length;
  const inside = view.value === 'closing';
  if (!n && !inside) return nothing;
  const left = nextClose.value - tick.value;
  const look = n && left <= URGENT ? 'radar-urgent' : '';
  const to = `#${inside ? 'mine' : 'closing'}${current.value ? `/${current.value}` : ''}`;
  return html`<a class=${`radar ${look}`} href=${to} aria-current=${inside ? 'page' : nothing}>
    ${icon('hourglass')}<span>${n ? t('search.radar', { n, span: formatSpan(left) }) : t('search.radar.none')}</span>
    ${icon(inside ? 'x' : 'chevron-right')}${inside ? html`<span class="sr">${t('search.radar.leave')}</span>` : nothing}</a>`;
}

// Tells once when a window of ours has 30 and 10 minutes left.
export function followRadar() {
  effect(() => {
    const due = reminders();
    untracked(() => due.forEach(remind));
  });
}

function remind({ row, until }) {
  toast(t('search.radar.remind', { name: customerName(row.customer), span: formatSpan(until - tick.peek()) }), {
    icon: 'hourglass', action: t('search.radar.open'), run: () => go('mine', row.id, { field: true }),
  });
}
