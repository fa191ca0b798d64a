// The list column: views with their counts, the search field, and below them the rows or what was
// found.
import { late } from '../lib/alarm.js';
import { boot } from '../lib/boot.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { ask, leave, searching, typed } from '../lib/search.js';
import { counts } from '../lib/counts.js';
import { current } from '../lib/state.js';
import { tabs, view } from '../lib/views.js';
import { orderSaid, reverse, reversed } from '../lib/waiting.js';
import { takeNext } from './acts.js';
import { blockList } from './blocklist.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';
import { radar } from './radar.js';
import { named } from './named.js';
import { rows } from './rows.js';
import { fieldKey, results } from './search.js';

export const list = () => html`
  <header class="list-head" ?hidden=${searching.value}><nav class="views" aria-label=${t('inbox.views')}>${tabs.map(tab)}</nav></header>
  <div class=${searching.value ? 'find-head' : 'list-tools'}><div class=${`search ${searching.value ? 'search-lined' : ''}`}>${icon('search')}<input class="input" type="search" id="search" autocomplete="off"
    placeholder=${t('inbox.search')} aria-label=${t('inbox.search')} .value=${live(typed.value)} @input=${type} @compositionend=${type} @keydown=${fieldKey}></div>
    ${searching.value ? html`<button class="btn btn-quiet btn-sm" type="button" @click=${leave}>${t('search.leave')}${keyHint('escape')}</button>`
      : boot.sandbox ? html`<span class="tag tag-info" title=${t('inbox.sandbox.title')}>${t('inbox.sandbox')}</span>` : nothing}</div>
  ${searching.value ? results() : shown()}`;

function shown() {
  const queue = view.value === 'waiting' && counts.value.waiting > 0;
  return html`
    ${named()}
    ${radar()}
    ${blockList()}
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

// What an input method is still putting together is not looked for.
function type({ target, isComposing }) {
  typed.value = target.value;
  if (!isComposing) ask({ text: target.value.trim() });
}
