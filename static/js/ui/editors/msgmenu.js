// A menu message: a tap on an entry answers with its text (custom/send, msgmenu). The server gives
// the entries their ids.
import { byteLength } from '../../lib/bytes.js';
import { lengthOf } from '../../lib/fields.js';
import { html, live, nothing } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { COUNT_FROM, LIMIT } from '../../lib/plan.js';
import { renderText } from '../../lib/text.js';
import { entries, ENTRY_MOST } from '../entries.js';
import { icon } from '../icon.js';
import { RecentEditor, recentRow } from '../recent.js';

class MenuEditor extends RecentEditor {
  static type = 'msgmenu';
  static properties = { said: { state: true } };

  // A draft holds texts, a reply that is edited the entries as they were sent.
  get list() {
    return (this.values.list ?? ['', '']).map((entry) => entry.content ?? entry);
  }

  get texts() {
    return this.list.map((text) => text.trim()).filter(Boolean);
  }

  get bytes() {
    const { head_content = '', tail_content = '' } = this.values;
    return byteLength([head_content.trim(), ...this.texts, tail_content.trim()].join(''));
  }

  form() {
    const nameOf = ({ head_content, list }) => head_content || list.map(({ content }) => content).join(' / ');
    return html`
      ${recentRow(this, nameOf, ({ body: { head_content = '', list, tail_content = '' } }) =>
        this.write({ head_content, tail_content, list: list.map(({ content }) => content) }))}
      ${this.#text('head_content')}${entries(this)}${this.#text('tail_content')}
      <div class="callout callout-warn">${icon('timer')}
        <div class="callout-main"><h2>${this.word('minute')}</h2><p>${this.word('minute_text')}</p></div>
      </div>`;
  }

  // Head and tail have no limit of their own: all of it together has.
  #text(name) {
    const [id, value, { bytes }] = [`msgmenu-${name}`, this.values[name] ?? '', this];
    const count = bytes >= COUNT_FROM ? t('composer.bytes', { bytes: bytes.toLocaleString(), limit: LIMIT.toLocaleString() }) : this.word('characters', { n: lengthOf(value.trim()) });
    return html`
      <div class="field">
        <label class="field-label" for=${id}>${this.word(name)}<span class="opt">${t('editor.optional')}</span><span class=${`field-count ${bytes > LIMIT ? 'bytes-over' : ''}`}>${count}</span></label>
        <textarea class="textarea" id=${id} rows="2" .value=${live(value)} @input=${({ target }) => this.write({ [name]: target.value })}></textarea>
      </div>`;
  }

  view() {
    const { head_content, tail_content } = this.values;
    const { texts } = this;
    const words = (text) => (text ? html`<p>${renderText(text, { own: true })}</p>` : nothing);
    return html`<div class="wx-bubble wx-menu-msg">${words(head_content)}
      <ul>${(texts.length ? texts : [this.word('entry')]).map((text) => html`<li>${renderText(text)}</li>`)}</ul>
      ${words(tail_content)}</div>`;
  }

  missing() {
    if (!this.texts.length) return this.word('none');
    if (this.texts.some((text) => lengthOf(text) > ENTRY_MOST)) return this.word('long');
    return this.bytes > LIMIT ? this.word('too_much', { limit: LIMIT.toLocaleString() }) : '';
  }

  reply() {
    const { head_content = '', tail_content = '' } = this.values;
    const list = this.texts.map((content) => ({ content }));
    return { type: 'msgmenu', body: { head_content: head_content.trim(), list, tail_content: tail_content.trim() } };
  }
}
customElements.define('kf-msgmenu', MenuEditor);
