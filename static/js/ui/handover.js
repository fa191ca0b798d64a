// Gives a conversation to a colleague or back to the queue, asks a colleague to look, takes one over.
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { invite, takeOver as take, transfer } from '../lib/deeds.js';
import { colleagues, mayHandOver } from '../lib/handover.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { agentName, customerName } from '../lib/people.js';
import { conversations, opened } from '../lib/state.js';
import { leave, once, go } from './acts.js';
import { portrait } from './avatar.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { presenceDot, presenceWord } from './presence.js';
import { toast } from './toast.js';

// Shift+T, and the buttons of the head.
export function openTransfer() {
  if (opened.value && mayHandOver(opened.value)) show(opened.value.id, 'transfer');
}

export const openInvite = (id) => show(id, 'invite');

export const takeOver = (id) => once(async () => {
  await take(id);
  await go('mine', id, { field: true });
});

function show(id, deed) {
  const dialog = document.createElement('kf-handover');
  Object.assign(dialog, { row: id, deed });
  document.body.append(dialog);
}

class Handover extends Live {
  static properties = { row: { attribute: false }, deed: { attribute: false }, to: { state: true } };

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector('input:checked, textarea, .dialog-foot .btn')?.focus();
  }

  willUpdate() {
    this.conversation = conversations.get(this.row).value;
    this.people = colleagues(this.conversation, { look: this.deed === 'invite' });
    const here = this.people.filter(({ agent }) => agent.presence !== 'away');
    if (!here.some(({ agent }) => agent.id === this.to)) this.to = here[0]?.agent.id ?? 0;
  }

  get name() {
    return agentName(this.to, this.conversation.account);
  }

  render() {
    const { conversation, deed, to } = this;
    const customer = customerName(conversation.customer);
    const n = budget(conversation, tick.value).can;
    return html`
      <dialog class="dialog" aria-labelledby="handover-h" @close=${() => this.remove()} @keydown=${this.#key}>
        <div class="dialog-head">
          <div><h2 id="handover-h">${t(`handover.${deed}.title`, { customer })}</h2>
            <p>${t(`handover.${deed}.about`)}${deed === 'transfer' && n ? t('handover.transfer.budget', { n }) : nothing}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <form id="handover" @submit=${this.#submit}><div class="dialog-body">
          <fieldset class="pick"><legend class="sr">${t(`handover.${deed}.whom`)}</legend>${this.people.map((one) => this.#choice(one))}</fieldset>
          ${this.people.length ? nothing : html`<p class="sec-none">${t(`handover.${deed}.nobody`)}</p>`}
          ${deed === 'transfer' ? html`<div class="field"><label class="field-label" for="handover-note">${t('handover.note')}<span class="opt">${t('handover.note.hint')}</span></label>
            <textarea class="textarea" id="handover-note" rows="2" maxlength="2000"></textarea></div>` : nothing}
        </div></form>
        <div class="dialog-foot">
          ${deed === 'transfer' && conversation.state === 'open' ? html`<button class="btn btn-quiet lead" type="button" @click=${() => this.#send(0)}>${icon('inbox')}${t('handover.queue')}</button>` : nothing}
          <button class="btn" type="button" @click=${this.close}>${t('common.cancel')}</button>
          <button class="btn btn-primary" type="submit" form="handover" ?disabled=${!to}>${to ? t(`handover.${deed}.to`, { name: this.name }) : t(`handover.${deed}.do`)}</button>
        </div>
      </dialog>`;
  }

  #choice({ agent, load, most }) {
    const { account } = this.conversation;
    const away = agent.presence === 'away';
    const full = !away && this.deed === 'transfer' && most > 0 && load >= most;
    const words = away ? t('handover.away') : presenceWord(agent.presence) + (full ? t('handover.full') : '');
    const name = agentName(agent.id, account);
    return html`<label>${portrait(agent.id, account, 32, '', presenceDot(agent.presence))}
      <span>${name}<small>${words}</small></span>
      <span class="load"><span class="num">${most ? `${load}/${most}` : load}</span>
        <svg viewBox="0 0 88 4" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-track" width="88" height="4"></rect><rect class=${load >= most * 0.9 ? 'bar-full' : 'bar-value'} width=${most ? Math.min(88, (88 * load) / most) : 0} height="4"></rect></svg></span>
      <input type="radio" name="to" aria-label=${`${name}, ${words}, ${t('handover.load', { n: load })}`} .checked=${this.to === agent.id} ?disabled=${away} @change=${() => (this.to = agent.id)}></label>`;
  }

  close() {
    this.querySelector('dialog').close();
  }

  // Ctrl or ⌘ with Enter sends from the note, too; while an input method composes the keys are its own.
  #key(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229 || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.querySelector('form').requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    if (this.to) this.#send(this.to);
  }

  #send(to) {
    const { row: id, deed, name, conversation } = this;
    const customer = customerName(conversation.customer);
    const note = this.querySelector('textarea')?.value ?? '';
    once(async () => {
      if (deed === 'invite') await invite(id, to);
      else await leave(id, () => transfer(id, to, note));
      this.close();
      toast(to ? t(`handover.${deed}.done`, { customer, name }) : t('handover.queue.done', { customer }), { icon: 'check' });
    });
  }
}
customElements.define('kf-handover', Handover);
