// Short texts that will leave as one reply: the tray looks like the bubble that will arrive.
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { typing } from '../lib/typing.js';
import { icon } from './icon.js';

export function tray(composer) {
  const { draft, plan } = composer;
  const pieces = draft.pieces.value;
  if (!pieces.length) return nothing;
  const length = pieces.reduce((sum, piece) => sum + [...piece.trim()].length, 0);
  return html`
    <section class="pieces" aria-label=${t('composer.pieces')}>
      <header class="pieces-head">${icon('combine', 'i-14')}<span><b>${t('composer.pieces.count', { n: pieces.length })}</b>${t('composer.pieces.length', { n: length })}</span>${plan.apart.length ? html`
        <button class="btn btn-quiet btn-xs" type="button" @click=${() => composer.sendAll(plan.apart)}>${t('composer.pieces.apart', { n: plan.apart.length })}</button>` : nothing}</header>
      <ol>${pieces.map((piece, at) => line(composer, piece, at))}</ol>
    </section>`;
}

const line = (composer, piece, at) => html`
  <li class=${`piece ${composer.moving === at ? 'is-moving' : ''}`}>
    <span class="piece-grip" title=${t('composer.pieces.move')} @pointerdown=${(event) => lift(composer, at, event)}
      @pointermove=${(event) => drag(composer, event)} @pointerup=${() => (composer.moving = -1)} @pointercancel=${() => (composer.moving = -1)}>${icon('grip-vertical')}</span>
    <textarea rows="1" aria-label=${t('composer.pieces.nth', { n: at + 1 })} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown" .value=${live(piece)}
      @input=${({ target }) => write(composer, at, target.value)} @keydown=${(event) => key(composer, at, event)}
      @blur=${({ relatedTarget }) => relatedTarget?.closest('.piece') || drop(composer)}></textarea>
    <button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('composer.pieces.remove', { n: at + 1 })} @click=${() => remove(composer, at)}>${icon('x')}</button>
  </li>`;

function write({ conversation, draft, reason }, at, text) {
  draft.writePieces(draft.pieces.value.map((piece, i) => (i === at ? text : piece)));
  if (!reason) typing(conversation.id);
}

// A piece without words is gone as soon as it is left.
function drop({ draft }) {
  const full = draft.pieces.value.filter((piece) => piece.trim());
  if (full.length < draft.pieces.value.length) draft.writePieces(full);
}

function remove({ draft, field }, at) {
  draft.writePieces(draft.pieces.value.filter((_, i) => i !== at));
  field.focus();
}

function move({ draft }, from, to) {
  const pieces = [...draft.pieces.value];
  if (to < 0 || to >= pieces.length) return false;
  pieces.splice(to, 0, ...pieces.splice(from, 1));
  draft.writePieces(pieces);
  return true;
}

// Enter is done with a piece; Alt and an arrow take it along.
async function key(composer, at, event) {
  if (event.isComposing || event.keyCode === 229) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && event.altKey) {
    event.preventDefault();
    if (!move(composer, at, at + by)) return;
    await composer.updateComplete;
    composer.querySelectorAll('.piece textarea')[at + by].focus();
  }
  const enter = event.key === 'Enter' && !event.shiftKey;
  if (enter && (event.ctrlKey || event.metaKey)) return composer.submit(event);
  if (!enter && event.key !== 'Escape') return;
  event.preventDefault();
  event.stopPropagation();
  composer.field.focus();
}

function lift(composer, at, event) {
  event.preventDefault();
  event.target.closest('.piece-grip').setPointerCapture(event.pointerId);
  composer.moving = at;
}

// The piece goes where the pointer is: below all others whose middle is above it.
function drag(composer, { clientY }) {
  const from = composer.moving;
  if (!(from >= 0)) return;
  const others = [...composer.querySelectorAll('.piece')].filter((_, i) => i !== from).map((row) => row.getBoundingClientRect());
  const to = others.filter(({ top, height }) => clientY > top + height / 2).length;
  if (to !== from && move(composer, from, to)) composer.moving = to;
}
