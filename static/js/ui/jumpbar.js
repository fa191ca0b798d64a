// Above the thread while it shows a hit of the search: which one, the way to the others, and back.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { at, found, query, shown } from '../lib/search.js';
import { opened, timeline } from '../lib/state.js';
import { icon } from './icon.js';
import { toBottom } from './place.js';
import { stepHit } from './search.js';

export function jumpbar() {
  const { hits, more } = found.value;
  if (!shown.value) return nothing;
  const of = `${hits.length}${more ? '+' : ''}`;
  const [before, after] = t('search.place', { nth: '\n', of, words: query.value.text }).split('\n');
  return html`<div class="jumpbar" role="status">
    <span>${before}<b class="num">${at.value + 1}</b>${after}</span>
    <span class="jumpbar-acts">${step(-1, 'arrow-up', 'previous', at.value === 0)}${step(1, 'arrow-down', 'next', at.value + 1 === hits.length && !more)}</span>
    <button class="btn btn-sm jump-now" type="button" @click=${back}>${icon('arrow-down')}${t('search.back')}</button>
  </div>`;
}

const step = (by, drawing, word, off) => html`<button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t(`search.${word}`)} title=${t(`search.${word}`)} ?disabled=${off} @click=${() => stepHit(by)}>${icon(drawing)}</button>`;

async function back() {
  const { id } = opened.value;
  at.value = -1;
  await timeline(id).loadNewest(id);
  toBottom(document.getElementById('stream'));
}
