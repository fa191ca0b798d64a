// A news card: exactly one article (custom/send, news).
import { address, trimmed, words } from '../../lib/fields.js';
import { html, nothing } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { prepareCover } from '../../lib/image.js';
import { cover } from '../cover.js';
import { Editor } from '../editor.js';
import { icon } from '../icon.js';
import { wxPicture } from '../preview.js';

class NewsEditor extends Editor {
  static type = 'news';
  static fields = {
    title: words(64, { needed: true }),
    description: words(120),
    url: address({ needed: true }),
    picurl: address(),
  };
  static cover = { slot: 'media', prepare: prepareCover };
  static properties = { linking: { state: true } }; // the cover is given as an address

  willUpdate(changes) {
    super.willUpdate(changes);
    this.linking ??= Boolean(this.values.picurl);
  }

  form() {
    return html`${this.field('title')}${this.field('description', { rows: 2 })}${this.field('url')}${this.#cover()}`;
  }

  #cover() {
    if (!this.linking) return cover(this, html`<button class="btn btn-quiet btn-sm" type="button" @click=${() => (this.linking = true)}>${this.word('link')}</button>`);
    const back = () => {
      this.write({ picurl: '' });
      this.linking = false;
    };
    return html`${this.field('picurl')}<button class="btn btn-quiet btn-sm cover-back" type="button" @click=${back}>${icon('upload')}${this.word('upload')}</button>`;
  }

  take(file) {
    this.linking = false;
    super.take(file);
  }

  view() {
    const { title, description } = this.values;
    return html`<div class="wx-card">${this.#face()}<b>${title || this.word('title')}</b>${description ? html`<p>${description}</p>` : nothing}</div>`;
  }

  // Pictures of foreign hosts are not loaded into the console: a blank stands for them.
  #face() {
    const picture = this.file('media');
    if (picture) return wxPicture(picture);
    return this.values.picurl?.trim() ? wxPicture(null, t('editor.view.foreign')) : nothing;
  }

  // A picture of ours takes the place of an address.
  reply() {
    const body = trimmed(this.fields, this.values);
    const media = this.sent('media');
    return { type: 'news', body: media ? { ...body, picurl: '' } : body, media };
  }
}
customElements.define('kf-news', NewsEditor);
