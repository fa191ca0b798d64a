// Why a conversation ends, where the rules ask for it, and which ones when several end at once.
import { html, nothing, repeat } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { customerName } from '../lib/people.js';
import { rulesOf } from '../lib/rules.js';
import { conversations } from '../lib/state.js';
import { identicon } from './avatar.js';
import { icon } from './icon.js';
import { Live } from './live.js';

// The reason, '' where none is asked for, null when the agent thought better of it.
export async function reasonFor(row) {
  if (!reasonsOf([row]).length) return '';
  return (await ask([row.id], false))?.reason ?? null;
}

// Which of several end, and why: {ids, reason}, or null.
export const chooseEnds = (ids) => ask(ids, true);

function ask(ids, several) {
  return new Promise((resolve) => {
    const dialog = document.createElement('kf-ending');
    Object.assign(dialog, { ids, several, resolve });
    document.body.append(dialog);
  });
}

// Those of the official account; of several accounts together none is asked for.
function reasonsOf(rows) {
  const accounts = new Set(rows.map(({ account }) => account));
  return accounts.size === 1 ? rulesOf(rows[0].account).reasons ?? [] : [];
}

class Ending extends Live {
  static properties = { ids: { attribute: false }, several: { attribute: false }, left: { state: true }, reason: { state: true } };

  constructor() {
    super();
    this.left = new Set(); // those that stay open
    this.reason = '';
  }

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector(this.several ? '.btn-primary' : 'input')?.focus();
  }

  willUpdate() {
    this.rows = this.ids.map((id) => conversations.get(id).value);
    this.chosen = this.rows.filter(({ id }) => !this.left.has(id));
    this.reasons = reasonsOf(this.several ? this.chosen : this.rows);
    this.ready = this.chosen.length > 0 && (!this.reasons.length || this.reasons.includes(this.reason));
  }

  render() {
    const n = this.chosen.length;
    const title = this.several ? t('handover.end.several') : t('handover.end.title', { customer: customerName(this.rows[0].customer) });
    return html`
      <dialog class="dialog dialog-slim" aria-labelledby="ending-h" @close=${this.#closed} @keydown=${this.#key}>
        <div class="dialog-head"><h2 id="ending-h">${title}</h2>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button></div>
        <form id="ending" @submit=${this.#submit}><div class="dialog-body">
          ${this.several ? html`<fieldset class="pick"><legend class="sr">${t('handover.end.which')}</legend>${repeat(this.rows, ({ id }) => id, (row) => this.#which(row))}</fieldset>` : nothing}
          ${this.reasons.length ? html`<fieldset class="pick ends"><legend class=${this.several ? 'field-label' : 'sr'}>${t('handover.end.why')}</legend>${this.reasons.map((reason, i) => this.#why(reason, i))}</fieldset>` : nothing}
        </div></form>
        <div class="dialog-foot">
          <button class="btn" type="button" @click=${this.close}>${t('common.cancel')}</button>
          <button class="btn btn-primary" type="submit" form="ending" ?disabled=${!this.ready}>${this.several ? t('handover.end.do', { n }) : t('inbox.act.end')}</button>
        </div>
      </dialog>`;
  }

  #which({ id, customer, last }) {
    const name = customerName(customer);
    return html`<label>${identicon(customer.openid, 'idn-32')}<span>${name}<small>${last?.text}</small></span><span></span>
      <input type="checkbox" aria-label=${name} .checked=${!this.left.has(id)} @change=${() => this.#turn(id)}></label>`;
  }

  #why(reason, i) {
    return html`<label><span>${i < 9 ? html`<kbd class="kbd" aria-hidden="true">${i + 1}</kbd>` : nothing}</span><span>${reason}</span><span></span>
      <input type="radio" name="reason" aria-label=${reason} .checked=${this.reason === reason} @change=${() => (this.reason = reason)}></label>`;
  }

  #turn(id) {
    const left = new Set(this.left);
    if (!left.delete(id)) left.add(id);
    this.left = left;
  }

  // A digit chooses, and where one ends it is done with that.
  #key(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const reason = this.reasons[Number(event.key) - 1];
    if (event.repeat || !reason) return;
    this.reason = reason;
    if (!this.several) this.#done({ ids: this.ids, reason });
  }

  #submit(event) {
    event.preventDefault();
    if (this.ready) this.#done({ ids: this.chosen.map(({ id }) => id), reason: this.reasons.length ? this.reason : '' });
  }

  #done(answer) {
    this.resolve(answer);
    this.close();
  }

  close() {
    this.querySelector('dialog').close();
  }

  #closed() {
    this.resolve(null);
    this.remove();
  }
}
customElements.define('kf-ending', Ending);
