// The tags of a customer, and the small list from which they are chosen: with T, or from the panel.
import { setTags, tagsOf } from '../lib/customer.js';
import { html, live, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { me } from '../lib/state.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { refused } from './toast.js';

const picking = signal(''); // where the list is open: head, panel or ''

export const pickTags = (where) => {
  picking.value = picking.value === where ? '' : where;
};

const tagsOn = ({ account, customer }) => tagsOf(account).filter(({ id }) => customer.tags.includes(id));

const dot = (colour) => (colour ? html`<i class=${`tag-dot c${colour}`}></i>` : nothing);

// Beside the name in the head of the thread, where there is room.
export const headTags = (conversation) => html`
  <span class="anchor tagpick" data-tags="head">${tagsOn(conversation).slice(0, 3).map(({ name, colour }) => html`<span class="tag">${dot(colour)}<span class="tag-t">${name}</span></span>`)}${list(conversation, 'head')}</span>`;

export const tagSection = (conversation) => html`
  <section class="sec sec-tags">
    <div class="sec-head"><h3>${t('customer.tags')}</h3></div>
    <div class="tags">${tagsOn(conversation).map(({ id, name, colour }) => html`
      <span class="tag">${dot(colour)}<span class="tag-t">${name}</span><button class="tag-x" type="button" aria-label=${t('customer.tags.remove', { name })}
        @click=${() => setTags(conversation.customer.id, [], [id]).catch(refused)}>${icon('x')}</button></span>`)}
      <span class="anchor" data-tags="panel"><button class="tag tag-add" type="button" aria-haspopup="listbox" aria-expanded=${picking.value === 'panel'} title="T"
        @click=${() => pickTags('panel')}>${icon('plus', 'i-14')}${t('customer.tags.add')}</button>${list(conversation, 'panel')}</span></div>
  </section>`;

const list = (conversation, where) => (picking.value === where ? html`<kf-tags .conversation=${conversation}></kf-tags>` : nothing);

class Tags extends Live {
  static properties = { conversation: { attribute: false }, query: { state: true }, active: { state: true } };

  constructor() {
    super();
    this.query = '';
    this.active = 0;
  }

  firstUpdated() {
    this.opener = document.activeElement;
    this.querySelector('input').focus();
  }

  render() {
    const { customer, account } = this.conversation;
    const all = tagsOf(account);
    this.found = all.filter(({ name }) => name.toLowerCase().includes(this.query.toLowerCase()));
    this.active = Math.max(0, Math.min(this.active, this.found.length - 1));
    return html`
      <div class="pop pop-tags" @keydown=${this.#key} @focusout=${this.#left}>
        <input class="input" type="text" role="combobox" autocomplete="off" aria-expanded="true" aria-controls="tag-list" aria-autocomplete="list" aria-label=${t('customer.tags.find')}
          placeholder=${t('customer.tags.find')} aria-activedescendant=${this.found.length ? `tag-${this.found[this.active].id}` : nothing} .value=${live(this.query)}
          @input=${({ target }) => { [this.query, this.active] = [target.value, 0]; }}>
        <ul class="menu" id="tag-list" role="listbox" aria-multiselectable="true" aria-label=${t('customer.tags')}>
          ${this.found.map((tag, i) => html`
            <li class=${`menu-item ${i === this.active ? 'is-active' : ''}`} id=${`tag-${tag.id}`} role="option" aria-selected=${customer.tags.includes(tag.id)}
              @pointerdown=${(event) => { event.preventDefault(); this.#toggle(tag); }}>${dot(tag.colour)}<span>${tag.name}</span>${customer.tags.includes(tag.id) ? icon('check') : nothing}</li>`)}</ul>
        ${this.found.length ? nothing : html`<p class="menu-label">${t(all.length ? 'customer.tags.nothing' : 'customer.tags.none')}</p>`}
        ${me.value.role !== 'admin' ? nothing : html`<a class="pop-foot" href=${`/settings/tags#account-${account}`}>${t('customer.tags.manage')}</a>`}
      </div>`;
  }

  #toggle({ id }) {
    const { customer } = this.conversation;
    const on = customer.tags.includes(id);
    setTags(customer.id, on ? [] : [id], on ? [id] : []).catch(refused);
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229 || event.target.localName !== 'input') {
      if (event.key === 'Escape') this.#leave();
      return;
    }
    const { found, active } = this;
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 + found.length }[event.key];
    if (to !== undefined && found.length) this.active = to % found.length;
    else if (event.key === 'Enter' && found.length) this.#toggle(found[active]);
    else if (event.key === 'Escape') this.#leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  updated() {
    this.querySelector('.is-active')?.scrollIntoView({ block: 'nearest' });
  }

  #left({ currentTarget, relatedTarget }) {
    if (!currentTarget.contains(relatedTarget) && !relatedTarget?.closest?.('[data-tags="panel"]')) picking.value = '';
  }

  #leave() {
    picking.value = '';
    if (this.opener?.isConnected) this.opener.focus();
  }
}
customElements.define('kf-tags', Tags);
