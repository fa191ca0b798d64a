// The frame of every editor: form, view of what the customer will see, what it costs, send button (goal.js).
// What is typed lies in the Draft at once: closing it or a failed send loses nothing. A subclass has
// static type, its name in the Draft and the words (editor.TYPE.…); static fields (lib/fields.js);
// form() left, view() of the message right; reply(), what send() takes. If it wants: missing(), why it
// is not complete though its fields are; static cover; take(file), for pasted and dropped files.
import { draftOf } from '../lib/drafts.js';
import { faulty } from '../lib/fields.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { takeCover } from './cover.js';
import { formField } from './formfield.js';
import { goalOf } from './goal.js';
import { icon } from './icon.js';
import { dragOver, takeFile } from './intake.js';
import { Live } from './live.js';
import { preview } from './preview.js';

export class Editor extends Live {
  static fields = {};
  static properties = {
    conversation: { attribute: false },
    left: { state: true }, // names of fields that the agent has left once
    busy: { state: true }, // why it has to wait, in words
    problem: { state: true }, // why a file was not taken
  };

  constructor() {
    super();
    this.left = [];
    this.busy = this.problem = '';
    this.type = this.constructor.type;
    this.fields = this.constructor.fields;
  }

  get draft() {
    return this.conversation.draft ?? draftOf(this.conversation.id);
  }

  get values() {
    return this.draft.form(this.type);
  }

  write(change) {
    this.draft.writeForm(this.type, { ...this.values, ...change });
  }

  // The file of a slot (media, thumb): a prepared one with url, or {media, url} of the server; null.
  file(slot) {
    return this.draft.file(this.type, slot);
  }

  put(slot, file) {
    this.draft.writeFile(this.type, slot, file);
  }

  // The same for send().
  sent(slot) {
    const file = this.file(slot);
    return file?.media ?? file ?? undefined;
  }

  word(name, values) {
    return t(`editor.${this.type}.${name}`, values);
  }

  field(name, options) {
    return formField(this, name, options);
  }

  missing() {
    return '';
  }

  take(file) {
    if (this.constructor.cover) takeCover(this, file);
  }

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector('.editor-form :is(textarea, input:not([type="file"], [type="radio"]))')?.focus();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.draft.asked.peek() === this.type) this.draft.asked.value = '';
  }

  willUpdate() {
    this.goal = goalOf(this.conversation);
    this.lack = this.#lack();
    this.stop = this.goal.barred || this.lack;
  }

  // What the form needs before it can be sent.
  #lack() {
    const wrong = faulty(this.fields, this.values);
    if (wrong) return t('editor.first', { field: this.word(wrong) });
    return this.goal.wants(this.values) || this.busy || this.missing();
  }

  render() {
    const id = `${this.type}-form`;
    return html`
      <dialog class="dialog dialog-wide" aria-labelledby=${`${id}-h`} @close=${() => (this.draft.asked.value = 'field')} @paste=${this.#intake} @dragover=${dragOver} @drop=${this.#intake}>
        <div class="dialog-head">
          <div><h2 id=${`${id}-h`}>${t(`editor.${this.type}`)}</h2><p>${this.word('about')}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <form class="editor" id=${id} novalidate @submit=${this.#submit}>
          <div class="editor-form">${this.form()}${this.goal.bar}</div>
          ${preview(this.conversation, this.view())}
        </form>
        <div class="dialog-foot">
          <span class="lead" role="status">${this.goal.cost}<span>${this.goal.barred || this.goal.words} ${this.goal.barred ? nothing : this.lack}</span></span>
          <button class="btn btn-primary" type="submit" form=${id} ?disabled=${this.stop !== ''}>${this.goal.label ?? this.word('send')}</button>
        </div>
      </dialog>`;
  }

  close() {
    this.querySelector('dialog').close();
  }

  #intake(event) {
    takeFile(event, (file) => this.take(file));
  }

  #submit(event) {
    event.preventDefault();
    this.left = Object.keys(this.fields);
    if (goalOf(this.conversation).barred || this.#lack()) return;
    this.goal.take(this.reply());
    this.draft.clearForm(this.type);
    this.close();
  }
}
