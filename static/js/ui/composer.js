// The reply field of one conversation, with all that belongs to it. What the agent has begun lies
// in the Draft, so that it outlives this element.
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { draftOf } from '../lib/drafts.js';
import { held } from '../lib/held.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { sending } from '../lib/outbox.js';
import { plan, sendDraft } from '../lib/plan.js';
import { stopTyping } from '../lib/typing.js';
import { undoable } from '../lib/undo.js';
import { joins } from '../lib/writing.js';
import { attach, pictureStrip } from './attach.js';
import { blocked, reasonOf } from './blocked.js';
import { announcement, meter } from './budget.js';
import { dropOverlay, watchDrops } from './drop.js';
import { editors } from './editors/index.js';
import './emoji.js';
import { grow, insertText, toEnd } from './field.js';
import { focusHeld, heldDialog } from './held.js';
import { hint } from './hint.js';
import './link.js';
import { Live } from './live.js';
import { modes } from './modes.js';
import { tray } from './pieces.js';
import './quick.js';
import { openQuick } from './quickuse.js';
import { replyField } from './reply.js';
import { bar } from './tools.js';
import { undoBar } from './undo.js';

class Composer extends Live {
  static properties = {
    conversation: { attribute: false },
    drafting: { state: true }, // the field is open although nothing can be sent
    quick: { state: true }, // the quick replies are open: {start, ours}, where their slash is
    picking: { state: true }, // the emoticons are open
    dragging: { state: true },
    moving: { state: true }, // the piece that is being dragged
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
    this.unwatch = watchDrops(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unwatch();
    stopTyping();
  }

  willUpdate() {
    const row = this.conversation;
    this.rule = budget(row, tick.value);
    this.reason = reasonOf(row, this.rule);
    this.plan = plan(this.draft, this.rule.can - sending(row.id));
    this.joins = joins(this.plan, this.rule); // without the agent's word
    this.joining = this.draft.pieces.value.length > 0 || (this.draft.joining.value ?? this.joins);
  }

  render() {
    const { conversation: row, draft, rule, reason } = this;
    const low = !reason && ['low', 'urgent', 'event'].includes(rule.state);
    const writing = !reason || reason === 'other' || this.drafting || draft.texts.length || draft.pictures.value.length;
    const next = reason ? 0 : this.plan.count + sending(row.id) + held(row.id).length;
    return html`
      <div class="dock">
        ${this.picking ? html`<kf-emoji .pick=${(text) => insertText(this.field, text)} @close=${() => this.unpick()}></kf-emoji>` : nothing}
        ${this.quick ? html`<kf-quick .composer=${this}></kf-quick>` : nothing}
        ${heldDialog(row)}${undoBar(row)}
        <form class=${`composer ${low ? 'composer-low' : ''} ${reason === 'other' ? 'composer-theirs' : ''}`} id="composer" tabindex="-1" aria-label=${t('composer.label')} @submit=${this.submit} @focusout=${this.#left}>
          <div class="composer-top">
            ${modes(row)}
            ${meter(row, next, { waiting: undoable(row.id).length })}
          </div>
          <p class="sr" role="status">${announcement(row)}</p>
          ${reason ? blocked(row, rule, reason, writing ? null : () => this.#openDraft()) : nothing}
          ${hint(this)}
          ${pictureStrip(draft, this.plan)}
          ${tray(this)}
          ${writing ? replyField(this) : nothing}
          ${reason ? nothing : bar(this)}
        </form>
      </div>
      ${this.dragging ? dropOverlay() : nothing}
      ${editors[draft.asked.value]?.(row) ?? nothing}
      ${draft.asked.value === 'link' ? html`<kf-link .composer=${this}></kf-link>` : nothing}`;
  }

  updated() {
    if (this.field && this.field.value !== this.measured) grow(this.field);
    this.measured = this.field?.value;
    focusHeld(this);
    for (const piece of this.querySelectorAll('.piece textarea')) grow(piece);
    const asked = this.draft.asked.peek();
    if (!['field', 'quick'].includes(asked)) return;
    this.draft.asked.value = '';
    if (asked === 'quick' && this.field) return openQuick(this);
    if (this.field) toEnd(this.field);
    else this.querySelector('#composer').focus();
  }

  async attach(files) {
    this.problem = '';
    this.problem = await attach(this.draft, files);
    this.field?.focus();
  }

  submit(event) {
    event.preventDefault();
    if (!this.reason && this.plan.count > 0 && !this.plan.problem) this.sendAll();
  }

  sendAll(texts = this.plan.parts) {
    sendDraft(this.conversation.id, this.draft, texts);
    stopTyping();
    this.problem = '';
    this.field.focus();
  }

  // Who only goes on to a piece or a button is still writing.
  #left({ currentTarget, relatedTarget }) {
    if (!currentTarget.contains(relatedTarget)) stopTyping();
  }

  #openDraft() {
    this.drafting = true;
    this.draft.asked.value = 'field';
  }

  unpick() {
    this.picking = false;
    this.field?.focus();
  }
}
customElements.define('kf-composer', Composer);
