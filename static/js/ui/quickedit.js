// What a quick reply sends, on its page: a text is written there, the rest in the composer's editors.
// Below it stands how it will arrive.
import { refill } from '../lib/again.js';
import { Scratch } from '../lib/drafts.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { preparePicture } from '../lib/image.js';
import { binding } from '../lib/people.js';
import { accounts, me } from '../lib/state.js';
import { filesOf, known } from '../lib/upfiles.js';
import { uuid } from '../lib/uuid.js';
import { blankIn, filledBody, parts } from '../lib/variables.js';
import { problemOf } from './attach.js';
import { content } from './content.js';
import { editors } from './editors/index.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { part } from './quickview.js';

const EVERYWHERE = ['text', 'msgmenu']; // nothing in them belongs to an official account
const ARTICLES = ['mpnews', 'mpnewsarticle'];
const same = (a, b) => a === b || (ARTICLES.includes(a) && ARTICLES.includes(b));
const form = document.getElementById('quick-form');
const { type: chosen, content: text, reply: field } = form.elements;

class QuickEdit extends Live {
  static properties = {
    reply: { state: true }, // {type, body, media, thumb}: what is there; null for nothing yet
    busy: { state: true },
    problem: { state: true },
  };

  connectedCallback() {
    this.replaceChildren();
    super.connectedCallback();
    const row = JSON.parse(this.dataset.quick);
    this.reply = row?.body && row.type !== 'text' ? row : null;
    this.account = (row?.account || accounts.value[0]?.id) ?? 0;
    this.names = [...document.querySelectorAll('[data-var]')].map(({ dataset }) => dataset.var);
    this.problem = '';
    form.addEventListener('input', ({ target }) => this.#typed(target));
    this.#typed(chosen); // it may have been chosen before this script came
    form.addEventListener('submit', (event) => (this.busy || this.stuck) && event.preventDefault(), { capture: true });
  }

  get type() {
    return chosen.value;
  }

  #typed(target) {
    if (target === chosen) {
      document.getElementById('quick-text').hidden = this.type !== 'text';
      if (!same(this.reply?.type, this.type)) this.#set(null);
    }
    this.requestUpdate();
  }

  // How a customer is called who does not exist, and who serves them.
  get conversation() {
    const [agent, account] = [binding(me.value, this.account)?.nick || me.value.name, accounts.value.find(({ id }) => id === this.account)?.name];
    const sample = { customer: t('quick.sample.customer'), agent, account };
    return { id: 0, account: this.account, customer: { remark: sample.customer, openid: '' }, sample, names: this.names, draft: this.draft, keep: (reply) => this.#keep(reply) };
  }

  render() {
    const isText = this.type === 'text';
    const body = isText ? { content: text.value } : this.reply?.body;
    return html`${isText ? nothing : this.#acts()}${body && (!isText || text.value.trim()) ? this.#view(body) : nothing}${this.draft ? editors[this.draft.asked.value]?.(this.conversation) ?? nothing : nothing}`;
  }

  #acts() {
    if (this.dataset.fixed !== undefined) return nothing;
    const words = t(this.reply ? 'quick.edit' : 'quick.edit.write');
    const first = !this.reply && accounts.value.length > 1 && !EVERYWHERE.includes(this.type);
    return html`<div class="field"><span class="field-label">${t('quick.field.content')}</span>
      ${first ? html`<select class="select" aria-label=${t('quick.edit.account')} @change=${({ target }) => (this.account = Number(target.value))}>${accounts.value.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.account}>${name}</option>`)}</select>` : nothing}
      <div><button class="btn btn-sm" type="button" id="quick-edit" ?disabled=${this.busy} @click=${() => this.#open()}>${icon(this.busy ? 'loader-circle' : 'pencil', this.busy ? 'spin' : '')}${words}</button></div>
      ${this.problem ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${this.problem}</span></p>` : nothing}
      <input type="file" accept="image/*" hidden @change=${({ target }) => this.#picture(target)}></div>`;
  }

  #view(body) {
    const { conversation, type } = this;
    const filled = filledBody(body, conversation);
    const blank = blankIn(JSON.stringify(filled));
    const inside = type === 'text' ? html`<div class="bubble bubble-text">${parts(body.content, conversation).map(part)}</div>`
      : html`<div class="quick-other msg-out" inert>${content({ ...this.reply, body: filled, dir: 'out' }, () => {})}</div>`;
    return html`<div class="qpreview"><span class="lbl">${t('quick.preview', { name: t('quick.sample.customer') })}</span>${inside}
      ${blank ? html`<span class="lbl quick-warn">${icon('triangle-alert', 'i-14')}${t('quick.view.blank', { name: blank.name })}</span>` : nothing}
      <span class="lbl">${t('quick.cost')}</span></div>`;
  }

  #open() {
    if (this.type === 'image') return this.querySelector('[type="file"]').click();
    this.draft = new Scratch(0);
    if (this.reply) refill(this.draft, this.reply);
    else this.draft.asked.value = ARTICLES.includes(this.type) ? 'articles' : this.type;
    this.requestUpdate();
  }

  async #picture(input) {
    const [file] = input.files;
    input.value = '';
    if (!file) return;
    try {
      await this.#keep({ type: 'image', body: {}, media: await preparePicture(file) });
    } catch (error) {
      this.problem = problemOf(error, file);
    }
  }

  // Its files go up now, the rest with the form.
  async #keep({ type, body, media, thumb }) {
    const files = { media, thumb };
    const shown = { type, body, files, media: media && known(media), thumb: thumb && known(thumb) };
    Object.assign(this, { reply: shown, busy: true, problem: '' });
    try {
      const ids = await filesOf({ client_id: uuid(), account: this.account, ...shown }, () => {});
      this.#set(shown, { account: EVERYWHERE.includes(type) ? 0 : this.account, type, body, ...ids });
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      this.problem = error.text;
      this.#set(shown); // the editor opens with it again
      this.stuck = true;
    } finally {
      this.busy = false;
    }
  }

  #set(reply, sent) {
    this.reply = reply;
    this.stuck = false; // its files could not go up: there is nothing yet that could be saved
    field.value = sent ? JSON.stringify(sent) : '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
customElements.define('kf-quick-edit', QuickEdit);
