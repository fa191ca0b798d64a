// Pictures that wait in the composer.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { PictureError, preparePicture, shown, sizeText } from '../lib/image.js';
import { icon } from './icon.js';

// Prepares the files one after another. The answer is why one was not taken, or ''.
export async function attach(draft, files) {
  let problem = '';
  for (const file of files) {
    const waiting = { name: file.name, busy: true };
    draft.add(waiting);
    try {
      const picture = await preparePicture(file);
      draft.replace(waiting, shown(picture));
    } catch (error) {
      draft.remove(waiting);
      problem = problemOf(error, file);
    }
  }
  return problem;
}

export function problemOf(error, { name }) {
  if (!(error instanceof PictureError)) throw error;
  return t(`composer.picture.${error.code}`, { name: name || t('composer.picture.unnamed') });
}

export function pictureStrip(draft, { count, allowed, parts, many }) {
  const pictures = draft.pictures.value;
  const both = pictures.length > 0 && parts.length > 0 && !many;
  const cost = both ? t('composer.picture.both', { count, left: allowed - count }) : '';
  if (!pictures.length) return nothing;
  return html`<div class="attaches">${pictures.map((picture, at) => html`
    <div class="attach">
      ${picture.busy ? html`<span class="attach-wait">${icon('loader-circle', 'spin')}</span>` : html`<img src=${picture.url} alt=${t('composer.picture.preview')}>`}
      <div>${picture.name || picture.media?.name || t('composer.picture.unnamed')}<small>${facts(picture)}${at === pictures.length - 1 ? cost : ''}</small></div>
      <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('composer.picture.remove')} @click=${() => draft.remove(picture)}>${icon('x')}</button>
    </div>`)}</div>`;
}

function facts({ busy, media, width, height, blob, was }) {
  if (busy) return t('composer.picture.busy');
  const size = sizeText(blob?.size ?? media.size);
  const measures = t('composer.picture.facts', { width: width ?? media.width, height: height ?? media.height, size });
  return measures + (was ? t(`composer.picture.${was}`) : '');
}
