// Pictures over the whole screen: wheel, double click and + - zoom, a drag moves, arrows go on.
import { html, nothing, render } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { addressOf, keepAt } from '../lib/media.js';
import { icon } from './icon.js';

const MAX = 6;

// rows: messages with pictures; id: the one to begin with. Closes with Esc, the cross or a click
// beside the picture.
export function openViewer(rows, id) {
  const list = rows.map(({ media }) => media);
  const host = document.createElement('div');
  // torn: what the browser cannot show
  const state = { at: Math.max(0, rows.findIndex((row) => row.id === id)), torn: new Set(), ...unzoomed };
  const draw = (change) => {
    Object.assign(state, change);
    render(view(list, state, draw, () => host.querySelector('dialog').close()), host);
  };
  draw();
  document.body.append(host);
  const dialog = host.querySelector('dialog');
  dialog.addEventListener('close', () => host.remove());
  dialog.showModal();
}

const unzoomed = { scale: 1, x: 0, y: 0 };

function view(list, state, draw, close) {
  const one = list[state.at];
  const go = (by) => list[state.at + by] && draw({ at: state.at + by, ...unzoomed });
  const zoom = (factor) => zoomTo(state, draw, state.scale * factor);
  const name = one.name || t('composer.viewer.name', { n: state.at + 1 });
  return html`
    <dialog class="viewer" aria-label=${name} @keydown=${(event) => key(event, go, zoom)}>
      <header class="viewer-bar">
        <span class="viewer-name">${name}</span>${list.length > 1 ? html`<span role="status">${state.at + 1} / ${list.length}</span>` : nothing}
        <span class="viewer-acts">
          ${button('minus', '−', t('composer.viewer.smaller'), () => zoom(1 / 1.5), state.scale === 1)}
          ${button('plus', '+', t('composer.viewer.larger'), () => zoom(1.5), state.scale === MAX)}
          <a class="btn btn-quiet btn-icon" href=${keepAt(one)} download=${one.name || ''} aria-label=${t('composer.viewer.download')} title=${t('composer.viewer.download')}>${icon('download')}</a>
          ${button('x', '', t('common.close'), close)}
        </span>
      </header>
      <div class="viewer-stage" @click=${({ target, currentTarget }) => target === currentTarget && close()}
        @wheel=${{ handleEvent: (event) => wheel(event, zoom), passive: false }}>
        ${list.length > 1 ? button('chevron-left', '', t('composer.viewer.previous'), () => go(-1), state.at === 0, 'viewer-go') : nothing}
        ${state.torn.has(one) ? html`<p>${t('inbox.media.format')}</p>` : picture(one, name, state, draw)}
        ${list.length > 1 ? button('chevron-right', '', t('composer.viewer.next'), () => go(1), state.at === list.length - 1, 'viewer-go') : nothing}
      </div>
    </dialog>`;
}

const picture = (one, name, state, draw) => html`
  <img src=${addressOf(one)} alt=${name} draggable="false" class=${state.scale > 1 ? 'is-zoomed' : ''}
    .style=${`transform: translate(${state.x}px, ${state.y}px) scale(${state.scale})`}
    @dblclick=${() => zoomTo(state, draw, state.scale > 1 ? 1 : 2)}
    @pointerdown=${(event) => state.scale > 1 && event.currentTarget.setPointerCapture(event.pointerId)}
    @pointermove=${(event) => move(event, state, draw)}
    @error=${() => draw({ torn: new Set([...state.torn, one]) })}>`;

const button = (drawing, text, label, run, disabled = false, extra = '') => html`
  <button class=${`btn btn-quiet btn-icon ${extra}`} type="button" aria-label=${label} title=${label} ?disabled=${disabled} @click=${run}>${drawing === 'minus' ? html`<span aria-hidden="true">${text}</span>` : icon(drawing)}</button>`;

function zoomTo(state, draw, wanted) {
  const scale = Math.min(MAX, Math.max(1, wanted));
  const ratio = scale > 1 ? scale / state.scale : 0;
  draw({ scale, x: state.x * ratio, y: state.y * ratio });
}

function key(event, go, zoom) {
  const run = {
    ArrowLeft: () => go(-1), ArrowRight: () => go(1), '+': () => zoom(1.5), '=': () => zoom(1.5), '-': () => zoom(1 / 1.5),
  }[event.key];
  event.stopPropagation(); // the keys of the inbox sleep meanwhile
  if (!run) return;
  event.preventDefault();
  run();
}

function wheel(event, zoom) {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400));
}

function move(event, state, draw) {
  if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
  draw({ x: state.x + event.movementX, y: state.y + event.movementY });
}
