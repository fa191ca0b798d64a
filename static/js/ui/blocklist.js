// The way from the closed conversations to the block list, and back.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { current } from '../lib/state.js';
import { view } from '../lib/views.js';
import { icon } from './icon.js';

export function blockList() {
  const inside = view.value === 'blocked';
  if (!inside && view.value !== 'ended') return nothing;
  const to = `#${inside ? 'ended' : 'blocked'}${current.value ? `/${current.value}` : ''}`;
  return html`<a class="blocklist" href=${to} aria-current=${inside ? 'page' : nothing}>
    ${icon('circle-x')}<span>${t('customer.block.list')}</span>
    ${icon(inside ? 'x' : 'chevron-right')}${inside ? html`<span class="sr">${t('customer.block.leave')}</span>` : nothing}</a>`;
}
