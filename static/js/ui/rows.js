// The rows of the list. They all have one height, so only those that can be seen are drawn.
import { html, nothing, repeat, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { counts } from '../lib/counts.js';
import { groups, hold, view } from '../lib/views.js';
import { finishSeveral, go } from './acts.js';
import { fillPages, pagesFoot } from './pages.js';
import { row } from './row.js';

const SPARE = 4; // rows drawn above and below of what can be seen
const HEADING = 33; // roughly: the spare rows cover the error
const phone = matchMedia('(max-width: 859px)');
const height = () => (phone.matches ? 72 : 60);

const seen = signal({ first: 0, rows: 14 }); // what the scroller shows, counted in rows
phone.addEventListener('change', () => {
  seen.value = { ...seen.value };
});

export function rows() {
  const parts = [];
  let top = 0;
  for (const group of groups.value) {
    parts.push(section(group, top + HEADING));
    top += HEADING + group.ids.length * height();
  }
  const end = pagesFoot(parts.length === 0);
  return html`
    <div class="list-scroll" id="rows" @scroll=${look} @pointermove=${aim} @click=${choose}>
      ${parts.length || end !== nothing ? nothing : empty()}${parts}${end}
    </div>`;
}

// The padding stands for the rows that are not drawn.
function section({ key, title = t(view.value === 'closing' ? `search.radar.${key}` : `inbox.group.${key}`), ids }, top) {
  const first = seen.value.first - Math.floor(top / height());
  const from = clamp(first - SPARE, ids.length);
  const to = clamp(first + seen.value.rows + SPARE, ids.length);
  return html`<section aria-label=${title}>
    <h2 class="group"><b>${title}</b><span class="num">${number(key, ids)}</span></h2>${key === 'await' && ids.length > 1 ? endsAll(ids) : nothing}
    <ul .style=${`padding-block: ${from * height()}px ${(ids.length - to) * height()}px`}>
      ${repeat(ids.slice(from, to), (id) => id, (id, i) => row(id, view.value, { nth: from + i + 1, of: ids.length }))}
    </ul>
  </section>`;
}

// Those who wait for the customer are often many that are simply done.
const endsAll = (ids) => html`<button class="btn btn-quiet btn-xs group-act" type="button" @click=${() => finishSeveral(ids)}>${t('handover.end.all')}</button>`;

// Of closed conversations only today's are counted: the others come in pages.
function number(key, ids) {
  if (view.value === 'blocked') return nothing;
  if (view.value !== 'ended') return ids.length;
  return key === 'today' ? counts.value.ended : nothing;
}

const clamp = (n, max) => Math.max(0, Math.min(max, n));

function empty() {
  if (view.value === 'closing') return html`<div class="empty empty-top"><h2>${t('search.radar.empty')}</h2><p>${t('search.radar.empty_hint')}</p></div>`;
  const hint = view.value === 'mine' ? t('inbox.empty.mine_hint') : nothing;
  return html`<div class="empty empty-top"><h2>${t(`inbox.empty.${view.value}`)}</h2><p>${hint}</p></div>`;
}

function look({ currentTarget: scroller }) {
  const first = Math.floor(scroller.scrollTop / height());
  const shown = Math.ceil(scroller.clientHeight / height());
  if (first !== seen.value.first || shown !== seen.value.rows) seen.value = { first, rows: shown };
  fillPages();
}

// A pointer that rests is not aiming at anything.
function aim({ pointerType }) {
  if (pointerType === 'mouse') hold(5_000);
}

function choose(event) {
  const link = event.target.closest('a.conv');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(view.value, Number(link.dataset.id), { field: true });
}

// Brings a row into sight and puts the focus on it.
export function reveal(id) {
  const scroller = document.getElementById('rows');
  if (!scroller) return; // the search is in its place
  const find = () => scroller.querySelector(`[data-id="${id}"]`);
  if (!find()) {
    scroller.scrollTop = offset(id);
    look({ currentTarget: scroller });
  }
  find()?.scrollIntoView({ block: 'nearest' });
  find()?.focus({ preventScroll: true });
}

function offset(id) {
  let top = 0;
  for (const { ids } of groups.value) {
    if (ids.includes(id)) return top + ids.indexOf(id) * height();
    top += HEADING + ids.length * height();
  }
  return 0;
}
