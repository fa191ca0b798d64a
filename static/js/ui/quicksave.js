// Keeps a reply as a quick reply: one that was sent, or what is in the field.
import { post } from '../lib/api.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { isReady } from '../lib/media.js';
import { loadQuick, quickReplies } from '../lib/quick.js';
import { me } from '../lib/state.js';
import { content } from './content.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { toast } from './toast.js';

const EVERYWHERE = ['text', 'msgmenu']; // nothing in them belongs to an official account
const TYPES = ['text', 'image', 'voice', 'video', 'music', 'news', 'msgmenu', 'wxcard', 'miniprogrampage', 'mpnews', 'mpnewsarticle'];

export const canSave = ({ dir, type, media }) => dir === 'out' && TYPES.includes(type) && (!media || isReady(media));

// reply: {type, body, media, thumb}.
export function saveQuick(reply, account) {
  const dialog = document.createElement('kf-quick-save');
  Object.assign(dialog, { reply, account });
  document.body.append(dialog);
}

class QuickSave extends Live {
  static properties = { reply: { attribute: false }, account: { attribute: false }, problem: { state: true }, busy: { state: true } };

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector('#quick-title').focus();
  }

  render() {
    const { reply, problem } = this;
    const categories = [...new Set(quickReplies.value.map(({ row }) => row.category).filter(Boolean))];
    const other = problem && !FIELDS.includes(problem.field);
    return html`
      <dialog class="dialog" aria-labelledby="quick-save-h" @close=${() => this.remove()} @keydown=${(event) => event.stopPropagation()}>
        <div class="dialog-head">
          <div><h2 id="quick-save-h">${t('quick.save')}</h2><p>${t('quick.save.about')}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <form class="dialog-body" id="quick-save" novalidate @submit=${this.#submit}>
          <div class="forward-what msg-out" inert><div class="msg-line">${content({ ...reply, dir: 'out' }, () => {})}</div></div>
          <div class="field-2">${this.#field('title', 20)}${this.#field('code', 20, t('quick.optional'))}</div>
          <div class="field-2">${this.#field('category', 12, t('quick.optional'), 'quick-categories')}${this.#scope()}</div>
          <datalist id="quick-categories">${categories.map((name) => html`<option value=${name}></option>`)}</datalist>
        </form>
        <div class="dialog-foot">
          <span class="lead" role="status">${other ? problem.text : nothing}</span>
          <button class="btn" type="button" @click=${this.close}>${t('common.cancel')}</button>
          <button class="btn btn-primary" type="submit" form="quick-save" ?disabled=${this.busy}>${t('common.save')}</button>
        </div>
      </dialog>`;
  }

  #field(name, most, hint = '', list = nothing) {
    const wrong = this.problem?.field === name;
    const [id, error] = [`quick-${name}`, `quick-${name}-error`];
    return html`<div class="field"><label class="field-label" for=${id}>${t(LABELS[name])}${hint ? html`<span class="opt">${hint}</span>` : nothing}</label>
      <input class="input" id=${id} name=${name} type="text" maxlength=${most} autocomplete="off" list=${list} aria-invalid=${wrong} aria-describedby=${wrong ? error : nothing}>
      ${wrong ? html`<p class="field-error" id=${error} role="alert">${icon('circle-alert')}<span>${this.problem.text}</span></p>` : nothing}</div>`;
  }

  #scope() {
    if (me.value.role === 'agent') return html`<div class="field"><span class="field-label">${t('quick.who')}</span><p class="quick-fixed">${t('quick.only_me')}</p></div>`;
    const choice = (value, words) => html`<label><input type="radio" name="scope" value=${value} ?checked=${value === 'mine'}><span>${words}</span></label>`;
    return html`<div class="field"><span class="field-label">${t('quick.who')}</span><fieldset class="seg seg-boxed seg-start"><legend class="sr">${t('quick.who')}</legend>
      ${choice('team', t('quick.scope.team'))}${choice('mine', t('quick.only_me'))}</fieldset></div>`;
  }

  async #submit(event) {
    event.preventDefault();
    const { title, code, category, scope = 'mine' } = Object.fromEntries(new FormData(event.target));
    const { type, body, media, thumb } = this.reply;
    const account = EVERYWHERE.includes(type) ? 0 : this.account;
    this.busy = true;
    try {
      await post('quickreplies', { scope, account, title, code, category, type, body, ...(media && { media: media.id }), ...(thumb && { thumb: thumb.id }) });
      this.close();
      loadQuick();
      toast(t('quick.saved', { title: title.trim() }), { icon: 'check' });
    } catch ({ text, detail }) {
      this.problem = { text, field: detail?.field };
    } finally {
      this.busy = false;
    }
  }

  close() {
    this.querySelector('dialog').close();
  }
}
customElements.define('kf-quick-save', QuickSave);

const LABELS = { title: 'quick.field.title', code: 'quick.field.code', category: 'quick.category' };
const FIELDS = Object.keys(LABELS);
