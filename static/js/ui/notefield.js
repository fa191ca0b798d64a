// The composer of an internal note: yellow, and never a reply.
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { noteOf } from '../lib/notes.js';
import { agentName } from '../lib/people.js';
import { me } from '../lib/state.js';
import { sends, writing } from '../lib/writing.js';
import { portrait } from './avatar.js';
import { grow, insertText, toEnd } from './field.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';
import { Live } from './live.js';
import { mentionKey, mentionList, mentionAt } from './mention.js';
import { modes, writeReply } from './modes.js';
import { refused } from './toast.js';

class NoteField extends Live {
  static properties = {
    conversation: { attribute: false },
    busy: { state: true },
    naming: { state: true }, // whom the agent is about to name: {start, query, active}, see mention.js
  };

  get note() {
    return noteOf(this.conversation.id);
  }

  get field() {
    return this.querySelector('textarea');
  }

  render() {
    const { conversation: row, note, busy } = this;
    const list = mentionList(this);
    const active = list === nothing ? nothing : `at-${this.naming.active}`;
    return html`
      <div class="dock">
        ${list}
        <form class="composer composer-note" id="composer" tabindex="-1" aria-label=${t('customer.note.write')} @submit=${this.submit}>
          <div class="composer-top">${modes(row)}
            <span class="budget">${icon('eye-off', 'i-16')}${t('customer.note.free')}</span></div>
          <textarea class="composer-text" rows="2" enterkeyhint=${writing.value.send === 'Enter' ? 'send' : 'enter'} maxlength="4000" aria-label=${t('customer.note.content')} placeholder=${t('customer.note.placeholder')}
            aria-haspopup="listbox" aria-autocomplete="list" aria-controls=${list === nothing ? nothing : 'at'} aria-activedescendant=${active} .value=${live(note.text.value)}
            @input=${this.#write} @compositionend=${this.#look} @keydown=${this.#key} @keyup=${this.#look} @click=${this.#look} @blur=${() => (this.naming = null)}></textarea>
          <div class="composer-bar">
            <div class="tools" role="toolbar" aria-label=${t('customer.note.tools')}><button class="btn btn-quiet btn-icon" type="button" aria-label=${t('customer.mention.add')} title=${t('customer.mention.add')} @click=${this.#at}>${icon('at-sign')}</button></div>
            <span class="as">${portrait(me.value.id, row.account, 20)}<span>${agentName(me.value.id, row.account)}</span></span>
            <button class="btn btn-primary send" type="submit" ?disabled=${!note.text.value.trim()} aria-busy=${busy ? 'true' : nothing}>${busy ? icon('loader-circle') : nothing}${t('customer.note.save')}${keyHint('send')}</button>
          </div>
        </form>
      </div>`;
  }

  updated() {
    if (this.field.value !== this.measured) grow(this.field);
    this.measured = this.field.value;
    if (!this.note.asked.peek()) return;
    this.note.asked.value = false;
    toEnd(this.field);
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy || !this.note.text.value.trim()) return;
    this.busy = true;
    this.naming = null;
    await this.note.send(this.conversation.account).catch(refused);
    this.busy = false;
    this.field?.focus();
  }

  #write(event) {
    this.note.write(event.target.value);
    this.#look(event);
  }

  // Enter belongs to the input method while it composes.
  #key(event) {
    if (event.isComposing || event.keyCode === 229 || mentionKey(this, event)) return;
    if (sends(event)) this.submit(event);
    if (event.key === 'Escape') this.note.text.value ? this.field.blur() : writeReply(this.conversation.id);
  }

  #look({ key = '', isComposing }) {
    if (!isComposing && !['ArrowUp', 'ArrowDown', 'Escape', 'Enter'].includes(key)) this.naming = mentionAt(this.field);
  }

  #at() {
    const { field } = this;
    field.focus();
    insertText(field, /[\w.-]$/.test(field.value.slice(0, field.selectionStart)) ? ' @' : '@');
    this.naming = mentionAt(field);
  }
}
customElements.define('kf-note', NoteField);
