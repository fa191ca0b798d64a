// A coupon by its id (custom/send, wxcard). WeChat gives no list: the title is for colleagues only.
import { shaped, trimmed, words } from '../../lib/fields.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { icon } from '../icon.js';
import { accountName } from '../preview.js';
import { RecentEditor, recentRow } from '../recent.js';

class CardEditor extends RecentEditor {
  static type = 'wxcard';
  static fields = {
    card_id: shaped(/^[\x21-\x7e]{1,64}$/, 'card_id', { needed: true }),
    title: words(64),
  };

  form() {
    return html`
      ${recentRow(this, ({ title, card_id }) => title || card_id, ({ body }) => this.write({ title: '', ...body }))}
      ${this.field('card_id', { mono: true, hint: this.word('card_id_hint') })}
      ${this.field('title', { hint: this.word('title_hint') })}
      <div class="callout">${icon('ticket')}
        <div class="callout-main"><h2>${this.word('rules')}</h2><p>${this.word('rules_text')}</p></div>
      </div>`;
  }

  view() {
    const { card_id, title } = this.values;
    return html`<div class="wx-ticket"><span class="wx-ticket-face">${icon('ticket')}</span>
      <div><p>${accountName(this.conversation)}</p><b>${title || t('editor.wxcard')}</b><p>${card_id}</p></div></div>`;
  }

  reply() {
    return { type: 'wxcard', body: trimmed(this.fields, this.values) };
  }
}
customElements.define('kf-wxcard', CardEditor);
