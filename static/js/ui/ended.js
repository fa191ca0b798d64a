// Closed conversations come in pages, as far as the agent scrolls.
import { effect, html, nothing, signal, untracked } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { loadEnded } from '../lib/state.js';
import { view } from '../lib/views.js';
import { skeletonRows } from './skeleton.js';

const NEAR = 300; // pixels from the end at which the next page is fetched
const page = signal({ state: 'idle', more: true, before: 0 }); // idle, loading, failed

export function followEnded() {
  effect(() => {
    if (view.value === 'ended') untracked(fillEnded);
  });
}

// Fetches pages until the list is full.
export async function fillEnded() {
  const { state, more, before } = page.value;
  if (view.value !== 'ended' || !more || state !== 'idle' || !isNear()) return;
  page.value = { state: 'loading', more, before };
  try {
    page.value = { state: 'idle', ...(await loadEnded(before)) };
    fillEnded();
  } catch {
    page.value = { state: 'failed', more, before };
  }
}

function isNear() {
  if (page.value.before === 0) return true;
  const rows = document.getElementById('rows');
  if (!rows) return false; // the search is in its place
  const { scrollHeight, scrollTop, clientHeight } = rows;
  return scrollHeight - scrollTop - clientHeight < NEAR;
}

function again() {
  page.value = { ...page.value, state: 'idle' };
  fillEnded();
}

// What stands below the last row: still loading, failed, or nothing.
export function endedFoot(empty) {
  const { state, more } = page.value;
  if (state === 'failed') return html`<p class="list-note">${t('common.load_failed')}<button class="btn btn-xs" type="button" @click=${again}>${t('common.retry')}</button></p>`;
  return more ? skeletonRows(empty ? 6 : 2) : nothing;
}
