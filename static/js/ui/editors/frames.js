// The cover of a video: one of its own pictures, or another.
import { html, nothing } from '../../lib/html.js';
import { formatClock, t } from '../../lib/i18n.js';
import { takeCover } from '../cover.js';
import { icon } from '../icon.js';

export function frames(editor) {
  const thumb = editor.file('thumb');
  const own = thumb && thumb.frame === undefined;
  const choose = ({ target }) => {
    if (target.files[0]) takeCover(editor, target.files[0]);
    target.value = '';
  };
  return html`
    <fieldset class="field"><legend class="field-label">${t('editor.cover')}<span class="opt">${editor.word('cover_how')}</span></legend>
      <div class="frames">
        ${editor.frames.map((picture) => html`<label><input type="radio" name="frame" .checked=${thumb?.frame === picture.frame} @change=${() => editor.choose(picture)}><img src=${picture.url} alt=${editor.word('frame', { at: formatClock(picture.frame) })}><span class="num">${formatClock(picture.frame)}</span></label>`)}
        ${own ? html`<label><input type="radio" name="frame" .checked=${true}><img src=${thumb.url} alt=${editor.word('own')}></label>` : nothing}
        <button class="frame-add" type="button" @click=${() => editor.querySelector('[accept^="image"]').click()}>${icon('image-plus')}${editor.word(own ? 'other' : 'upload')}</button>
      </div>
      ${editor.problem ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${editor.problem}</span></p>` : nothing}
      <p class="field-hint">${editor.word('cover_hint')}</p>
      <input type="file" accept="image/*" hidden @change=${choose}>
    </fieldset>`;
}
