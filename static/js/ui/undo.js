// The seconds in which a reply can be taken back: a bar above the composer, and Ctrl+Z.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { opened } from '../lib/state.js';
import { dueIn, sendNow, undo, undoable } from '../lib/undo.js';
import { keyHint } from './keycap.js';

export function undoBar({ id }) {
  const rows = undoable(id);
  if (!rows.length) return nothing;
  const [first] = rows;
  const s = Math.min(...rows.map(dueIn));
  const [before, after] = t('together.undo.line', { s: '\n', n: rows.length }).split('\n'); // the seconds are set in bold
  const share = Math.min(100, Math.round((100_000 * s) / (first.retry_at - first.at)));
  return html`
    <div class="undo" role="group" aria-label=${t('together.undo.label')}>
      <svg class="ring" viewBox="0 0 16 16" aria-hidden="true"><circle class="ring-track" cx="8" cy="8" r="6"></circle><circle class="ring-value" cx="8" cy="8" r="6" pathLength="100" stroke-dasharray=${`${share} 100`}></circle></svg>
      <span>${before}<b class="num">${s}</b>${after}</span>
      <span class="undo-acts"><button class="btn btn-quiet btn-sm" type="button" @click=${() => sendNow(id)}>${t('together.undo.now')}</button>
        <button class="btn btn-sm" type="button" @click=${() => undo(id)}>${t('together.undo.back')}${keyHint('undo')}</button></span>
    </div>`;
}

// In a field with text Ctrl+Z is the browser's.
export function followUndo() {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.key.toLowerCase() !== 'z' || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const { target } = event;
    const busy = target.closest?.('input, textarea, select, [contenteditable]') && !(target.id === 'reply' && !target.value);
    const id = opened.value?.id;
    if (busy || !id || document.querySelector('dialog[open]') || !undoable(id).length) return;
    event.preventDefault();
    undo(id);
  });
}
