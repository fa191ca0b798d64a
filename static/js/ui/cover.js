// The picture of a news card: chosen, pasted or dropped, or the address of one.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { picturesIn, prepareCover, shown } from '../lib/image.js';
import { problemOf } from './attach.js';
import { icon } from './icon.js';

export function cover(editor) {
  const { draft, linking, problem } = editor;
  if (linking) return html`${editor.field('picurl')}<button class="btn btn-quiet btn-sm cover-back" type="button" @click=${() => unlink(editor)}>${icon('upload')}${t('composer.cover.upload')}</button>`;
  const picture = draft.cover.value;
  return html`
    <div class="field"><span class="field-label" id="news-cover">${t('composer.cover')}<span class="opt">${t('composer.news.optional')}</span></span>
      <div class="cover-drop" role="group" aria-labelledby="news-cover">
        ${picture ? html`<img src=${picture.url} alt=${t('composer.picture.preview')}>` : html`<span class="cover-blank">${icon(editor.busy ? 'loader-circle' : 'image', editor.busy ? 'spin' : '')}</span>`}
        <div>
          <div class="row">
            <button class="btn btn-sm" type="button" @click=${() => editor.querySelector('[type="file"]').click()}>${icon('upload')}${t(picture ? 'composer.cover.other' : 'composer.cover.choose')}</button>
            ${picture
              ? html`<button class="btn btn-quiet btn-sm" type="button" @click=${() => editor.draft.writeNews(editor.card)}>${t('common.remove')}</button>`
              : html`<button class="btn btn-quiet btn-sm" type="button" @click=${() => (editor.linking = true)}>${t('composer.cover.link')}</button>`}
          </div>
          <p>${t('composer.cover.hint')}</p>
        </div>
      </div>
      <input type="file" accept="image/*" hidden @change=${({ target }) => choose(editor, target)}>
      ${problem ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${problem}</span></p>` : nothing}
    </div>`;
}

// Pasting text into a field stays what it is.
export function takeCover(editor, event, data) {
  const [file] = picturesIn(data);
  if (!file) return;
  event.preventDefault();
  event.stopPropagation();
  take(editor, file);
}

function choose(editor, input) {
  take(editor, input.files[0]);
  input.value = '';
}

async function take(editor, file) {
  if (!file) return;
  const { draft } = editor;
  Object.assign(editor, { busy: true, problem: '', linking: false });
  try {
    const picture = await prepareCover(file);
    draft.writeNews(draft.news.value ?? {}, shown(picture));
  } catch (error) {
    editor.problem = problemOf(error, file);
  }
  editor.busy = false;
}

function unlink(editor) {
  editor.write({ picurl: '' });
  editor.linking = false;
}
