// The picture of a card: chosen, pasted or dropped.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { shown } from '../lib/image.js';
import { problemOf } from './attach.js';
import { icon } from './icon.js';

// static cover of the editor: {slot, prepare, look, needed}. other: a second button beside "choose"
// while there is no picture.
export function cover(editor, other = nothing) {
  const { slot, look = '', needed = false } = editor.constructor.cover;
  const [id, picture] = [`${editor.type}-cover`, editor.file(slot)];
  return html`
    <div class="field"><span class="field-label" id=${id}>${t('editor.cover')}${needed ? nothing : html`<span class="opt">${t('editor.optional')}</span>`}</span>
      <div class=${`cover-drop ${look}`} role="group" aria-labelledby=${id}>
        ${picture ? html`<img src=${picture.url} alt=${t('composer.picture.preview')}>` : html`<span class="cover-blank">${icon(editor.busy ? 'loader-circle' : 'image', editor.busy ? 'spin' : '')}</span>`}
        <div>
          <div class="row">
            <button class="btn btn-sm" type="button" @click=${() => editor.querySelector('[type="file"]').click()}>${icon('upload')}${t(picture ? 'editor.cover.other' : 'editor.cover.choose')}</button>
            ${picture ? html`<button class="btn btn-quiet btn-sm" type="button" @click=${() => editor.put(slot, null)}>${t('common.remove')}</button>` : other}
          </div>
          <p>${editor.word('cover_hint')}</p>
        </div>
      </div>
      <input type="file" accept="image/*" hidden @change=${({ target }) => choose(editor, target)}>
      ${editor.problem ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${editor.problem}</span></p>` : nothing}
    </div>`;
}

function choose(editor, input) {
  if (input.files[0]) takeCover(editor, input.files[0]);
  input.value = '';
}

export async function takeCover(editor, file) {
  const { slot, prepare } = editor.constructor.cover;
  Object.assign(editor, { busy: t('composer.picture.busy'), problem: '' });
  try {
    editor.put(slot, shown(await prepare(file)));
  } catch (error) {
    editor.problem = problemOf(error, file);
  }
  editor.busy = '';
}
