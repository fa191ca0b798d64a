// The reply field of one conversation, with all that belongs to it. What the agent has begun lies
// in the Draft, so that it outlives this element.
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { draftOf } from '../lib/drafts.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { picturesIn } from '../lib/image.js';
import { sending } from '../lib/outbox.js';
import { customerName } from '../lib/people.js';
import { plan, sendDraft } from '../lib/plan.js';
import { attach, pictureStrip } from './attach.js';
import { blocked, reasonOf } from './blocked.js';
import { announcement, meter } from './budget.js';
import { dropOverlay, watchDrops } from './drop.js';
import { editors } from './editors/index.js';
import './emoji.js';
import { grow, insertText, toEnd } from './field.js';
import { hint } from './hint.js';
import { Live } from './live.js';
import { bar } from './tools.js';

class Composer extends Live {
  static properties = {
    conversation: { attribute: false },
    drafting: { state: true }, // the field is open although nothing can be sent
    picking: { state: true }, // the emoticons are open
    dragging: { state: true },
    problem: { state: true }, // why a picture was not taken
  };

  get draft() {
    return draftOf(this.conversation.id);
  }

  get field() {
    return this.querySelector('.composer-text');
  }

  connectedCallback() {
    super.connectedCallback();
    const thread = this.closest('.thread') ?? this;
    this.unwatch = watchDrops(thread, {
      wanted: () => !this.reason && !editors[this.draft.asked.value],
      over: (over) => (this.dragging = over),
      drop: (files) => this.attach(files),
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unwatch();
  }

  willUpdate() {
    const row = this.conversation;
    this.rule = budget(row, tick.value);
    this.reason = reasonOf(row, this.rule);
    this.plan = plan(this.draft, this.rule.can - sending(row.id));
  }

  render() {
    const { conversation: row, draft, rule, reason } = this;
    const low = !reason && ['low', 'urgent', 'event'].includes(rule.state);
    const writing = !reason || this.drafting || draft.text.value || draft.pictures.value.length;
    const next = reason ? 0 : this.plan.count + sending(row.id);
    return html`
      <div class="dock">
        ${this.picking ? html`<kf-emoji .pick=${(text) => insertText(this.field, text)} @close=${() => this.#unpick()}></kf-emoji>` : nothing}
        <form class=${`composer ${low ? 'composer-low' : ''}`} id="composer" tabindex="-1" aria-label=${t('composer.label')} @submit=${this.#submit}>
          <div class="composer-top">
            <label class="composer-mode" for="reply">${t('composer.reply')}${reason ? nothing : html`<kbd class="kbd" aria-hidden="true">R</kbd>`}</label>
            ${meter(row, next)}
          </div>
          <p class="sr" role="status">${announcement(row)}</p>
          ${reason ? blocked(row, rule, reason, writing ? null : () => this.#openDraft()) : nothing}
          ${hint(this)}
          ${pictureStrip(draft, this.plan)}
          ${writing ? html`<textarea class="composer-text" id="reply" rows="2" enterkeyhint="send" aria-label=${t('composer.content')}
            placeholder=${t(reason ? 'composer.draft_placeholder' : 'composer.placeholder', { name: customerName(row.customer) })}
            .value=${live(draft.text.value)} @input=${this.#input} @keydown=${this.#key} @paste=${this.#paste}></textarea>` : nothing}
          ${reason ? nothing : bar(this)}
        </form>
      </div>
      ${this.dragging ? dropOverlay() : nothing}
      ${editors[draft.asked.value]?.(row) ?? nothing}`;
  }

  updated() {
    if (this.field && this.field.value !== this.measured) grow(this.field);
    this.measured = this.field?.value;
    if (this.draft.asked.peek() !== 'field') return;
    this.draft.asked.value = '';
    if (this.field) toEnd(this.field);
    else this.querySelector('#composer').focus();
  }

  #input({ target }) {
    this.draft.write(target.value);
    this.drafting = true; // the field stays, even when the agent empties it
    this.problem = '';
  }

  // Enter belongs to the input method while it composes; some browsers tell it by key code only.
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !this.reason) this.#submit(event);
    if (event.key === 'Escape') this.picking ? this.#unpick() : this.field.blur();
  }

  #paste(event) {
    const files = picturesIn(event.clipboardData);
    if (files.length === 0 || this.reason) return;
    event.preventDefault();
    this.attach(files);
  }

  async attach(files) {
    this.problem = '';
    this.problem = await attach(this.draft, files);
    this.field?.focus();
  }

  #submit(event) {
    event.preventDefault();
    if (!this.reason && this.plan.count > 0 && !this.plan.problem) this.sendAll();
  }

  sendAll() {
    sendDraft(this.conversation.id, this.draft, this.plan.parts);
    this.problem = '';
    this.field.focus();
  }

  #openDraft() {
    this.drafting = true;
    this.draft.asked.value = 'field';
  }

  #unpick() {
    this.picking = false;
    this.field?.focus();
  }
}
customElements.define('kf-composer', Composer);
