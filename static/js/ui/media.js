// Pictures, sound and films: what is there, what is still on its way, what is lost.
import { boot } from '../lib/boot.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from './icon.js';

const address = ({ id, url }) => url ?? `/media/${id}`;

// What stands in for bytes that are not here, nothing when they are.
export function missing(media, word) {
  if (media?.state === 'ready') return nothing;
  if (media?.state === 'lost') return html`<span class="unknown">${icon('circle-x')}${t(`inbox.media.${reason(media.error)}`, { what: word })}</span>`;
  return html`<span class="unknown">${icon('loader-circle', 'spin')}${t('inbox.media.wanted', { what: word })}</span>`;
}

const reason = (error) => (['expired', 'too_large'].includes(error) ? error : 'lost');

// Tall pictures get less width, so that none fills the thread.
const shape = ({ width, height }) => (height > width * 1.2 ? 'pic-v' : 'pic-s');

export function picture(media, label, show) {
  return html`<a class=${`pic ${shape(media)}`} href=${address(media)} target="_blank" aria-label=${t('inbox.media.open')} @click=${show}>
    <img src=${address(media)} alt=${label} width=${media.width || 200} height=${media.height || 150} loading="lazy" decoding="async"></a>`;
}

export function film(media, thumb, label) {
  if (!plays('video', media.mime)) return download(media, 'video', label);
  return html`<video class="pic pic-film" controls preload="none" playsinline aria-label=${label} src=${address(media)}
    poster=${thumb?.state === 'ready' ? address(thumb) : nothing} width=${media.width || thumb?.width || 240} height=${media.height || thumb?.height || 180}></video>`;
}

export function sound(media, label) {
  if (!plays('audio', media.mime)) return download(media, 'mic', label);
  return html`<audio class="sound" controls preload="metadata" aria-label=${label} src=${address(media)}></audio>`;
}

const plays = (kind, mime) => document.createElement(kind).canPlayType(mime || 'x') !== '';

function download(media, drawing, label) {
  return html`<a class="unknown" href=${address(media)} download=${media.name || `${boot.product ?? 'kfdesk'}-${media.id}`}>
    ${icon(drawing)}${label}<span class="link">${t('inbox.media.download')}</span></a>`;
}
