// The search in the place of the list: filters, customers, messages.
import { html, nothing, repeat } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { jumpTo } from '../lib/jump.js';
import { accounts, agents } from '../lib/state.js';
import { ask, at, clear, filtered, found, leave, load, loadMore, newer, query, searching, state } from '../lib/search.js';
import { view } from '../lib/views.js';
import { go } from './acts.js';
import { customerHit, messageHit } from './hits.js';
import { icon } from './icon.js';
import { skeletonRows } from './skeleton.js';
import { refused } from './toast.js';

const DAYS = [7, 30, 90, 365];
const KINDS = ['in', 'out', 'note', 'text', 'voice', 'link', 'file', 'location', 'news', 'msgmenu', 'miniprogrampage'];
const LAG = 20; // what the index may be behind without a word of it

export const results = () => html`
  ${filters()}${sum()}
  <div class="list-scroll" id="hits" @keydown=${walk} @click=${choose}>${body()}</div>`;

function filters() {
  const tags = accounts.value.flatMap(({ tags: list }) => list).map(({ id, name }) => [id, name]);
  return html`
  <div class="filters" role="group" aria-label=${t('search.filters')}>
    ${chip('agent', [...agents.value.values()].map(({ id, name }) => [id, name]))}
    ${tags.length ? chip('tag', tags) : nothing}
    ${chip('days', DAYS.map((n) => [n, t('search.days.last', { n })]))}
    ${chip('kind', KINDS.map((name) => [name, t(`search.kind.${name}`)]))}
    ${filtered.value ? html`<button class="link filters-clear" type="button" @click=${clear}>${t('search.clear')}</button>` : nothing}
  </div>`;
}

// A choice that looks like a chip: the browser's own list works everywhere, also under a thumb.
function chip(name, options) {
  const chosen = query.value[name];
  const words = options.find(([value]) => value === chosen)?.[1];
  const change = ({ target: { value } }) => ask({ [name]: name === 'kind' ? value : Number(value) });
  return html`<span class=${`chip ${chosen ? 'is-on' : ''}`}><span aria-hidden="true">${words ?? t(`search.${name}`)}</span>${icon('chevron-down', 'i-14')}
    <select aria-label=${t(`search.${name}`)} name=${name} @change=${change}>
      <option value=${name === 'kind' ? '' : 0} ?selected=${!chosen}>${t('search.any')}</option>
      ${options.map(([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`)}
    </select></span>`;
}

function sum() {
  const { customers: { length: people }, hits: { length: lines }, more, behind } = found.value;
  const parts = { customers: people && t('search.sum.customers', { n: people }), messages: lines && t('search.sum.messages', { n: lines, lines: `${lines}${more ? '+' : ''}` }) };
  const words = people && lines ? t('search.sum.both', parts) : parts.customers || parts.messages || nothing;
  return html`<div class="find-sum" role="status"><span>${state.value === 'ready' ? words : nothing}</span>
    ${state.value !== 'ready' ? nothing : behind > LAG ? html`<span>${t('search.behind', { n: behind })}</span>`
      : newer.value ? html`<button class="link" type="button" @click=${load}>${t('search.newer')}</button>` : nothing}</div>`;
}

function body() {
  const { customers, hits, more } = found.value;
  const words = query.value.text;
  if (state.value === 'failed') return html`<p class="list-note" role="alert">${t('common.load_failed')}<button class="btn btn-xs" type="button" @click=${load}>${t('common.retry')}</button></p>`;
  if (!customers.length && !hits.length && !more) {
    if (state.value === 'loading') return html`<div class="late">${skeletonRows(4)}</div>`;
    return html`<div class="empty empty-top"><p>${t('inbox.empty.search', { words })}</p>${filtered.value ? html`<button class="btn btn-sm" type="button" @click=${clear}>${t('search.without')}</button>` : nothing}</div>`;
  }
  return html`
    ${part('customers', customers.length, repeat(customers, ({ conversation }) => conversation.customer.id, (hit) => customerHit(hit, words, view.value)))}
    ${part('messages', hits.length && `${hits.length}${more ? '+' : ''}`, repeat(hits, ({ message }) => message.id, (hit, i) => messageHit(hit, i, at.value === i, view.value)))}
    ${more ? html`<p class="find-more"><button class="btn btn-sm btn-block" type="button" ?disabled=${state.value === 'loading'} @click=${loadMore}>${t('search.more')}</button></p>` : nothing}`;
}

function part(name, n, rows) {
  if (!n) return nothing;
  const title = t(`search.${name}`);
  return html`<section aria-label=${title}><h2 class="group"><b>${title}</b><span class="num">${n}</span></h2><ul>${rows}</ul></section>`;
}

function choose(event) {
  const link = event.target.closest('.hitrow');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.nth) openHit(Number(link.dataset.nth));
  else go(view.value, Number(link.dataset.conversation), { field: true });
}

// Shows a hit in its conversation.
async function openHit(nth, { replace = false } = {}) {
  const { conversation, message } = found.value.hits[nth];
  at.value = nth;
  document.querySelector(`#hits [data-nth="${nth}"]`)?.scrollIntoView({ block: 'nearest' });
  await jumpTo(conversation.id, message.id, { words: query.value.text, replace }).catch(refused);
}

// The next hit or the one before; behind the last one come older ones, if there are.
export async function stepHit(by) {
  const to = at.value + by;
  if (to >= found.value.hits.length) await loadMore();
  if (found.value.hits[to]) await openHit(to, { replace: at.value >= 0 });
}

// The arrows go from row to row, and from the first one back to the field.
export function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.isComposing || event.target.matches('select')) return;
  const rows = [...document.querySelectorAll('#hits .hitrow')];
  const next = rows[rows.indexOf(document.activeElement) + by] ?? (by < 0 ? document.getElementById('search') : null);
  next?.focus();
  event.preventDefault();
  event.stopPropagation();
}

// Puts the cursor into the field; on a phone the list has to come first.
export function focusSearch() {
  const field = document.getElementById('search');
  if (field && !field.offsetParent) go(view.value, 0);
  field?.select();
  return true;
}

// In the field: Escape leaves the search, the arrow goes into the results.
export function fieldKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === 'ArrowDown' && searching.value) walk(event);
  if (event.key === 'Enter' && found.value.hits.length && state.value === 'ready') stepHit(1);
  if (event.key !== 'Escape') return;
  event.preventDefault();
  if (searching.value) leave();
  else event.target.blur();
}
