// Files of messages: pictures, what is still on its way or lost, what can only be downloaded.
import { boot } from '../lib/boot.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { addressOf, isReady } from '../lib/media.js';
import { icon } from './icon.js';

// What stands in for bytes that are not here, nothing when they are.
export function missing(media, word) {
  if (isReady(media)) return nothing;
  if (media?.state === 'lost') return html`<span class="unknown">${icon('circle-x')}${t(`inbox.media.${reason(media.error)}`, { what: word })}</span>`;
  return html`<span class="unknown">${icon('loader-circle', 'spin')}${t(`inbox.media.${waits(media?.error)}`, { what: word })}</span>`;
}

const reason = (error) => (['expired', 'too_large', 'wrong_type', 'disk_full'].includes(error) ? error : 'lost');

const waits = (error) => (error === 'disk_full' ? error : error ? 'retried' : 'wanted');

// Tall pictures get less width, so that none fills the thread.
export const shape = ({ width, height }) => (height > width * 1.2 ? 'pic-v' : 'pic-s');

export function picture(media, label, show) {
  return html`<a class=${`pic ${shape(media)}`} href=${addressOf(media)} target="_blank" aria-label=${t('inbox.media.open')} @click=${show}>
    <img src=${addressOf(media)} alt=${label} width=${media.width || 200} height=${media.height || 150} loading="lazy" decoding="async"></a>`;
}

export function download(media, label) {
  return html`<a class="link take" href=${addressOf(media)} download=${fileName(media)} aria-label=${t('inbox.media.download_one', { what: label })}>${t('inbox.media.download')}</a>`;
}

export const fileName = ({ id, name }) => name || `${boot.product ?? 'kfdesk'}-${id}`;
