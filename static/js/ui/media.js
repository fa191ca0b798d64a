// Files of messages: what is still on its way or lost, what can only be downloaded.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { isReady, keepAt } from '../lib/media.js';
import { icon } from './icon.js';

// What stands in for bytes that are not here, nothing when they are.
export function missing(media, word) {
  if (isReady(media)) return nothing;
  if (media?.state === 'lost') return html`<span class="unknown">${icon('circle-x')}${t(`inbox.media.${lost(media.error)}`, { what: word })}</span>`;
  return html`<span class="unknown">${icon('loader-circle', 'spin')}${t(`inbox.media.${waits(media?.error)}`, { what: word })}</span>`;
}

const lost = (error) => (['expired', 'too_large', 'wrong_type', 'disk_full', 'reload', 'retention'].includes(error) ? error : 'lost');

const waits = (error) => (error === 'disk_full' ? 'no_room' : error ? 'retried' : 'wanted');

// Tall pictures get less width, so that none fills the thread.
export const shape = ({ width, height }) => (height > width * 1.2 ? 'pic-v' : 'pic-s');

export function download(media, label) {
  return html`<a class="link" href=${keepAt(media)} download=${media.name ?? ''} aria-label=${t('inbox.media.download_one', { what: label })}>${t('inbox.media.download')}</a>`;
}

// What is here and cannot be shown: why, and the file itself.
export const unshown = (drawing, words, media, label) => html`
  <span class="unshown"><span class="unknown">${icon(drawing)}${words}</span>${download(media, label)}</span>`;
