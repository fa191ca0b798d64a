// The editor of a news card. What is typed lies in the Draft at once: closing it or a failed send
// loses nothing.
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { draftOf } from '../lib/drafts.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { bodyOf, faultOf, faulty, lengthOf, LIMITS } from '../lib/newscard.js';
import { send, sending } from '../lib/outbox.js';
import { reasonOf } from './blocked.js';
import { bars } from './budget.js';
import { cover, takeCover } from './cover.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { newsView } from './newsview.js';

class NewsEditor extends Live {
  static properties = {
    conversation: { attribute: false },
    left: { state: true }, // names of fields that the agent has left once
    linking: { state: true }, // the cover is given as an address
    busy: { state: true },
    problem: { state: true }, // why a picture was not taken
  };

  constructor() {
    super();
    this.left = [];
  }

  get draft() {
    return draftOf(this.conversation.id);
  }

  get card() {
    return this.draft.news.value ?? {};
  }

  firstUpdated() {
    this.linking = Boolean(this.card.picurl);
    this.querySelector('dialog').showModal();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.draft.asked.peek() === 'news') this.draft.asked.value = '';
  }

  willUpdate() {
    const rule = budget(this.conversation, tick.value);
    this.rule = rule;
    this.allowed = rule.can - sending(this.conversation.id);
    this.stop = this.#reason();
  }

  // Why it cannot be sent now, '' when it can.
  #reason() {
    if (reasonOf(this.conversation, this.rule)) return t('composer.news.blocked');
    if (this.allowed < 1) return t('composer.news.none_left');
    const field = faulty(this.card);
    if (field) return t(`composer.news.first.${field}`);
    return this.busy ? t('composer.picture.busy') : '';
  }

  render() {
    const { card, draft } = this;
    return html`
      <dialog class="dialog dialog-wide" aria-labelledby="news-h" @close=${this.#closed} @paste=${this.#paste} @dragover=${this.#over} @drop=${this.#drop}>
        <div class="dialog-head">
          <div><h2 id="news-h">${t('composer.news')}</h2><p>${t('composer.news.about')}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <form class="editor" id="news" novalidate @submit=${this.#submit}>
          <div class="editor-form">
            ${this.field('title')}${this.field('description')}${this.field('url')}${cover(this)}
          </div>
          ${newsView(this.conversation, card, draft.cover.value)}
        </form>
        <div class="dialog-foot">
          <span class="lead" role="status">${bars(this.rule, this.stop && this.allowed < 1 ? 0 : 1)}${this.stop || t('composer.news.after', { n: this.allowed - 1 })}</span>
          <button class="btn btn-primary" type="submit" form="news" ?disabled=${this.stop !== ''}>${t('composer.news.send')}</button>
        </div>
      </dialog>`;
  }

  // A labelled field with its count and what is wrong with it.
  field(name) {
    const value = this.card[name] ?? '';
    const fault = faultOf(this.card, name);
    const wrong = fault && (this.left.includes(name) || fault === 'long' || fault === 'bytes');
    const [id, error] = [`news-${name}`, wrong ? `news-${name}-error` : nothing];
    const input = ({ target }) => this.write({ [name]: target.value });
    const blur = () => (this.left = [...this.left, name]);
    const counted = name === 'title' || name === 'description';
    return html`
      <div class="field">
        <label class="field-label" for=${id}>${t(`composer.news.${name}`)}${name === 'description' || name === 'picurl' ? html`<span class="opt">${t('composer.news.optional')}</span>` : nothing}
          ${counted ? html`<span class="field-count">${lengthOf(value.trim())}/${LIMITS[name]}</span>` : nothing}</label>
        ${name === 'description'
          ? html`<textarea class="textarea" id=${id} rows="2" aria-invalid=${Boolean(wrong)} aria-describedby=${error} .value=${live(value)} @input=${input} @blur=${blur}></textarea>`
          : html`<input class="input" id=${id} type=${counted ? 'text' : 'url'} ?autofocus=${name === 'title'} aria-invalid=${Boolean(wrong)} aria-describedby=${error} .value=${live(value)} @input=${input} @blur=${blur}>`}
        ${wrong ? html`<p class="field-error" id=${error}>${icon('circle-alert')}<span>${t(`composer.news.fault.${fault}`, { limit: LIMITS[name] })}</span>
          ${fault === 'scheme' ? html`<button class="link" type="button" @click=${() => this.write({ [name]: `https://${value.trim()}` })}>${t('composer.news.add_scheme')}</button>` : nothing}</p>` : nothing}
      </div>`;
  }

  write(change) {
    this.draft.writeNews({ ...this.card, ...change }, this.draft.cover.value);
  }

  close() {
    this.querySelector('dialog').close();
  }

  #closed() {
    this.draft.asked.value = 'field';
  }

  #paste(event) {
    takeCover(this, event, event.clipboardData);
  }

  // The thread behind takes files too: here they are for the card.
  #over(event) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #drop(event) {
    takeCover(this, event, event.dataTransfer);
  }

  #submit(event) {
    event.preventDefault();
    this.left = ['title', 'url', 'picurl'];
    if (this.#reason()) return;
    const picture = this.draft.cover.value;
    const sent = picture?.media ? { media: picture.media } : { file: picture ?? undefined };
    send(this.conversation.id, { type: 'news', body: bodyOf(this.card, picture), ...sent });
    this.draft.writeNews(null);
    this.close();
  }
}
customElements.define('kf-news', NewsEditor);
