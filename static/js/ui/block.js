// The block list: asked before somebody is put on it, and undone with one press.
import { setBlocked } from '../lib/customer.js';
import { html, nothing } from '../lib/html.js';
import { formatWhen, t } from '../lib/i18n.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { me } from '../lib/state.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { refused, toast } from './toast.js';

// Why this agent may not, '' when they may.
const whyNot = ({ state, agent, account }) =>
  state === 'open' && !isMe(agent) && me.value.role === 'agent' ? t('inbox.act.others', { name: agentName(agent, account) }) : '';

export const blockItem = (conversation) => conversation.customer.blocked_at
  ? { label: t('customer.unblock'), icon: 'undo-2', reason: whyNot(conversation), run: () => unblock(conversation) }
  : { label: t('customer.block.ask'), icon: 'circle-x', reason: whyNot(conversation), run: () => ask(conversation) };

export const unblockButton = (conversation) => html`
  <button class="btn btn-sm" type="button" ?disabled=${whyNot(conversation) !== ''} @click=${() => unblock(conversation)}>${icon('undo-2')}${t('customer.unblock')}</button>`;

// In the panel only who is blocked is told of: the deed itself is in the menu.
export const blockSection = (conversation) => conversation.customer.blocked_at ? html`
  <section class="sec"><div class="callout callout-warn">${icon('circle-x')}<div class="callout-main"><p>${t('customer.blocked.since', { time: formatWhen(conversation.customer.blocked_at) })}</p>
    <div class="callout-acts">${unblockButton(conversation)}</div></div></div></section>` : nothing;

async function unblock({ customer }) {
  try {
    await setBlocked(customer.id, false);
    toast(t('customer.unblocked', { name: customerName(customer) }), { icon: 'check' });
  } catch (error) {
    refused(error);
  }
}

function ask(conversation) {
  const dialog = document.createElement('kf-block');
  dialog.conversation = conversation;
  document.body.append(dialog);
}

class Block extends Live {
  static properties = { conversation: { attribute: false }, busy: { state: true } };

  firstUpdated() {
    this.opener = document.activeElement;
    this.querySelector('dialog').showModal();
    this.querySelector('.btn').focus();
  }

  render() {
    const name = customerName(this.conversation.customer);
    return html`
      <dialog class="dialog" role="alertdialog" aria-labelledby="block-h" aria-describedby="block-p" @close=${() => { this.remove(); this.opener?.focus(); }} @keydown=${(event) => event.stopPropagation()}>
        <header class="dialog-head"><h2 id="block-h">${t('customer.block.title', { name })}</h2></header>
        <div class="dialog-body" id="block-p"><p>${t('customer.block.text')}</p>${this.conversation.state === 'waiting' ? html`<p>${t('customer.block.waiting')}</p>` : nothing}</div>
        <footer class="dialog-foot"><button class="btn" type="button" @click=${() => this.querySelector('dialog').close()}>${t('common.cancel')}</button>
          <button class="btn btn-danger" type="button" ?disabled=${this.busy} aria-busy=${this.busy ? 'true' : nothing} @click=${() => this.#do()}>${t('customer.block.do')}</button></footer>
      </dialog>`;
  }

  async #do() {
    const { conversation } = this;
    this.busy = true;
    try {
      await setBlocked(conversation.customer.id, true);
      toast(t('customer.blocked.done', { name: customerName(conversation.customer) }), { icon: 'circle-x', action: t('common.undo'), run: () => unblock(conversation) });
    } catch (error) {
      refused(error);
    }
    this.querySelector('dialog').close();
  }
}
customElements.define('kf-block', Block);
