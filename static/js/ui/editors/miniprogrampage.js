// A page of a mini program (custom/send, miniprogrampage). WeChat gives no list of those that are
// linked: what was sent before stands in for it.
import { APPID } from '../../lib/anchor.js';
import { path, shaped, trimmed, words } from '../../lib/fields.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { prepareCover } from '../../lib/image.js';
import { cover } from '../cover.js';
import { icon } from '../icon.js';
import { wxPicture } from '../preview.js';
import { RecentEditor, recentRow, reuse } from '../recent.js';

class MiniProgramEditor extends RecentEditor {
  static type = 'miniprogrampage';
  static fields = {
    appid: shaped(APPID, 'appid', { needed: true }),
    pagepath: path(1024, { needed: true }),
    title: words(64, { needed: true }),
  };
  static cover = { slot: 'thumb', prepare: prepareCover, look: 'cover-mp', needed: true };

  form() {
    return html`
      ${recentRow(this, ({ title, pagepath }) => `${title} ${pagepath}`, ({ body: { appid, pagepath, title }, thumb }) => {
        this.write({ appid, pagepath, title: this.values.title || title });
        reuse(this, 'thumb', thumb);
      })}
      ${this.field('appid', { mono: true, hint: this.word('appid_hint') })}
      ${this.field('pagepath', { mono: true, placeholder: 'pages/index/index', hint: this.word('pagepath_hint') })}
      ${this.field('title')}${cover(this)}`;
  }

  view() {
    return html`<div class="wx-card wx-mp">
      <p class="wx-mp-by">${icon('app-window')}${this.values.appid || t('editor.miniprogrampage')}</p>
      <b>${this.values.title || this.word('title')}</b>${wxPicture(this.file('thumb'))}
      <p class="wx-mp-foot">${icon('blocks')}${this.word('foot')}</p></div>`;
  }

  missing() {
    return this.file('thumb') ? '' : t('editor.first_cover');
  }

  reply() {
    return { type: 'miniprogrampage', body: trimmed(this.fields, this.values), thumb: this.sent('thumb') };
  }
}
customElements.define('kf-miniprogrampage', MiniProgramEditor);
