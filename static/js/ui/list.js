// The list column: views with their counts, the search field, and below them the rows.
import { late } from '../lib/alarm.js';
import { boot } from '../lib/boot.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { counts, current } from '../lib/state.js';
import { filter, view, views } from '../lib/views.js';
import { orderSaid, reverse, reversed } from '../lib/waiting.js';
import { takeNext } from './acts.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';
import { rows } from './rows.js';

export function list() {
  const queue = view.value === 'waiting' && counts.value.waiting > 0;
  return html`
    <header class="list-head"><nav class="views" aria-label=${t('inbox.views')}>${Object.keys(views).map(tab)}</nav></header>
    <div class="list-tools"><div class="search">${icon('search')}<input class="input" type="search" id="search" autocomplete="off"
      placeholder=${t('inbox.search')} aria-label=${t('inbox.search')} .value=${live(filter.value)} @input=${search} @keydown=${leave}></div>
      ${boot.sandbox ? html`<span class="tag tag-info" title=${t('inbox.sandbox.title')}>${t('inbox.sandbox')}</span>` : nothing}</div>
    ${queue ? next() : nothing}
    ${rows()}
    ${queue ? foot() : nothing}`;
}

const tab = (name) => html`
  <a class="view" href=${`#${name}${current.value ? `/${current.value}` : ''}`} aria-current=${view.value === name ? 'page' : nothing}>
    ${t(`inbox.view.${name}`)}${count(name)}</a>`;

function count(name) {
  const n = counts.value[name];
  if (!n) return nothing;
  const look = { mine: 'count-quiet', waiting: '', all: 'count-quiet count-more', ended: 'count-quiet count-more' }[name];
  const over = late.value[name];
  const title = over ? t('routing.alarm.count', { n: over }) : name === 'ended' ? t('inbox.view.ended.today', { n }) : nothing;
  return html`<span class=${`count ${over ? 'count-late' : look}`} title=${title}>${n > 999 ? '999+' : n}${over ? html`<span class="sr"> ${title}</span>` : nothing}</span>`;
}

const foot = () => html`
  <div class="list-foot"><span>${orderSaid()}</span><button class="btn btn-quiet btn-sm" type="button" aria-pressed=${reversed.value}
    title=${t('routing.order.reverse_hint')} @click=${reverse}>${icon(reversed.value ? 'arrow-up' : 'arrow-down')}${t('routing.order.reverse')}</button></div>`;

const next = () => html`
  <div class="next"><button class="btn" type="button" @click=${takeNext}>${icon('hand')}<span>${t('inbox.claim.next')}</span>${keyHint('claim_next')}</button></div>`;

function search({ target }) {
  filter.value = target.value.trim();
}

function leave(event) {
  if (event.key !== 'Escape' || event.isComposing) return;
  event.preventDefault();
  if (filter.value) filter.value = '';
  else event.target.blur();
}
