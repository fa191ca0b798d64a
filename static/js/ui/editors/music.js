// A piece of music that WeChat plays from its address (custom/send, music).
import { address, trimmed, words } from '../../lib/fields.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { prepareThumb } from '../../lib/image.js';
import { cover } from '../cover.js';
import { icon } from '../icon.js';
import { wxPicture } from '../preview.js';
import { RecentEditor, recentRow, reuse } from '../recent.js';

class MusicEditor extends RecentEditor {
  static type = 'music';
  static fields = {
    title: words(64),
    description: words(120),
    musicurl: address({ needed: true }),
    hqmusicurl: address(),
  };
  static cover = { slot: 'thumb', prepare: prepareThumb, look: 'cover-sq', needed: true };

  form() {
    return html`
      ${recentRow(this, ({ title, musicurl }) => title || musicurl, ({ body, thumb }) => {
        this.write(body);
        reuse(this, 'thumb', thumb);
      })}
      ${this.field('title')}${this.field('description')}${this.field('musicurl')}
      ${this.field('hqmusicurl', { placeholder: 'https://', hint: this.word('hq_hint') })}${cover(this)}`;
  }

  view() {
    const { title, description } = this.values;
    return html`<div class="wx-music">${wxPicture(this.file('thumb'))}<div><b>${title || this.word('title')}</b><p>${description}</p></div>${icon('play')}</div>`;
  }

  missing() {
    return this.file('thumb') ? '' : t('editor.first_cover');
  }

  reply() {
    return { type: 'music', body: trimmed(this.fields, this.values), thumb: this.sent('thumb') };
  }
}
customElements.define('kf-music', MusicEditor);
