// Closed conversations and those of blocked customers come in pages, as far as the agent scrolls.
import { effect, html, nothing, signal, untracked } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { conversations, loadPage } from '../lib/state.js';
import { view, views } from '../lib/views.js';
import { skeletonRows } from './skeleton.js';

const NEAR = 300; // pixels from the end at which the next page is fetched
const first = { state: 'idle', more: true, ids: [] }; // idle, loading, failed
const pages = { ended: signal(first), blocked: signal(first) };

export function followPages() {
  effect(() => {
    if (pages[view.value]) untracked(fillPages);
  });
}

// Fetches pages until the list is full.
export async function fillPages() {
  const name = view.value;
  const page = pages[name];
  if (!page?.value.more || page.value.state !== 'idle' || !isNear(page)) return;
  const { ids } = page.value;
  page.value = { ...page.value, state: 'loading' };
  try {
    const next = await loadPage(name, lastOf(name, ids));
    page.value = { state: 'idle', more: next.more, ids: [...ids, ...next.ids] };
    fillPages();
  } catch {
    page.value = { ...page.value, state: 'failed' };
  }
}

// The last one of the pages that still belongs there.
const lastOf = (name, ids) => ids.findLast((id) => views[name].some(([, belongs]) => belongs(conversations.get(id).peek()))) ?? 0;

function isNear(page) {
  if (page.value.ids.length === 0) return true;
  const rows = document.getElementById('rows');
  if (!rows) return false; // the search is in its place
  const { scrollHeight, scrollTop, clientHeight } = rows;
  return scrollHeight - scrollTop - clientHeight < NEAR;
}

function again() {
  const page = pages[view.value];
  page.value = { ...page.value, state: 'idle' };
  fillPages();
}

// What stands below the last row: still loading, failed, or nothing.
export function pagesFoot(empty) {
  const { state, more } = pages[view.value]?.value ?? {};
  if (state === 'failed') return html`<p class="list-note">${t('common.load_failed')}<button class="btn btn-xs" type="button" @click=${again}>${t('common.retry')}</button></p>`;
  return more ? skeletonRows(empty ? 6 : 2) : nothing;
}
