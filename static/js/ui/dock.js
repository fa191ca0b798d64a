// What stands below the thread: the composer, or the bar that says why there is none.
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { draftOf } from '../lib/drafts.js';
import { html, keyed, nothing } from '../lib/html.js';
import { formatLength, t } from '../lib/i18n.js';
import { typing } from '../lib/layout.js';
import { noteOf } from '../lib/notes.js';
import { agentName, isMe } from '../lib/people.js';
import { since } from '../lib/queue.js';
import { changed, conversations, current, isMine } from '../lib/state.js';
import { places } from '../lib/waiting.js';
import { again, take } from './acts.js';
import { meter } from './budget.js';
import './composer.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';
import { Live } from './live.js';
import { modeButton, writeReply } from './modes.js';
import './notefield.js';
import { typingLine } from './together.js';

// A new element for each conversation: nothing of one can show up in another.
export function dock(conversation) {
  if (!conversation) return nothing;
  const composer = conversation.state === 'open';
  if (noteOf(conversation.id).open.value) return html`${typingLine(conversation)}${keyed(conversation.id, html`<kf-note .conversation=${conversation}></kf-note>`)}`;
  return html`${typingLine(conversation)}${keyed(conversation.id, composer
    ? html`<kf-composer .conversation=${conversation}></kf-composer>`
    : html`<kf-bar .conversation=${conversation}></kf-bar>`)}`;
}

// Puts the cursor into the reply field of the open conversation.
export const focusReply = () => writeReply(current.value);

// Opens the quick replies there.
export const askQuick = () => {
  noteOf(current.value).open.value = false;
  draftOf(current.value).asked.value = 'quick';
};

class Bar extends Live {
  static properties = { conversation: { attribute: false }, busy: { state: true } };

  render() {
    return this.conversation.state === 'waiting' ? this.#waiting() : this.#ended();
  }

  #waiting() {
    const row = this.conversation;
    const waited = formatLength(tick.value - since(row));
    return html`
      <div class="claim" id="composer" tabindex="-1">
        <div class="claim-main"><b>${t('composer.claim.place', { place: places.value.get(row.id), waited })}</b>
          ${meter(row, 0, { claiming: true })}
        </div>
        ${modeButton(row)}${this.#button('btn btn-primary', 'hand', t('composer.claim.take'), 'claim', take)}
      </div>`;
  }

  #ended() {
    const row = this.conversation;
    const later = laterOf(row);
    return html`
      <div class="claim" id="composer" tabindex="-1">
        <div class="claim-main"><b>${t('composer.ended.title')}</b><p>${later ? t('composer.ended.later') : this.#rights()}</p></div>
        ${modeButton(row)}${later
          ? html`<a class="btn" href=${`#all/${later.id}`}>${t('composer.ended.go')}</a>`
          : this.#button('btn', 'undo-2', t('composer.ended.reopen'), 'reopen', () => again(row.id))}
      </div>`;
  }

  #rights() {
    const row = this.conversation;
    const { can, reason } = budget(row, tick.value);
    const by = row.agent === 0 || isMe(row.agent) ? '' : t('composer.ended.by', { name: agentName(row.agent, row.account) });
    return by + t(`composer.ended.${reason || 'can'}`, { n: can });
  }

  #button(style, drawing, words, command, deed) {
    return html`<button class=${style} type="button" ?disabled=${this.busy} aria-busy=${this.busy ? 'true' : nothing}
      @click=${() => this.#do(deed)}>${icon(this.busy ? 'loader-circle' : drawing)}${words}${keyHint(command)}</button>`;
  }

  // The composer that takes this bar's place gets the cursor.
  async #do(deed) {
    const { id } = this.conversation;
    this.busy = true;
    await deed();
    this.busy = false;
    if (isMine(conversations.get(id).value) && typing()) draftOf(id).asked.value = 'field';
  }
}
customElements.define('kf-bar', Bar);

// The customer's newer conversation: this one is history then.
function laterOf({ id, customer }) {
  changed.value;
  return [...conversations.values()].map(({ value }) => value)
    .find((other) => other.customer.id === customer.id && other.state !== 'closed' && other.id !== id);
}
