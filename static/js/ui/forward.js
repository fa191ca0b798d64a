// Passes a message on to the same or another conversation of this agent, as a new reply.
import { budget } from '../lib/budget.js';
import { byteLength, split } from '../lib/bytes.js';
import { tick } from '../lib/clock.js';
import { LIMIT as FILM_LIMIT } from '../lib/film.js';
import { html, nothing } from '../lib/html.js';
import { formatSpan, t } from '../lib/i18n.js';
import { isReady } from '../lib/media.js';
import { send, sending } from '../lib/outbox.js';
import { customerName } from '../lib/people.js';
import { LIMIT as TEXT_LIMIT } from '../lib/plan.js';
import { MOST, LIMIT as VOICE_LIMIT } from '../lib/sound.js';
import { VOICES } from '../lib/soundtype.js';
import { changed, conversations, current, isMine } from '../lib/state.js';
import { view } from '../lib/views.js';
import { go } from './acts.js';
import { identicon } from './avatar.js';
import { reasonOf } from './blocked.js';
import { bars } from './budget.js';
import { content } from './content.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { toast } from './toast.js';

// What WeChat takes of a file, by the type of the message.
const RULES = {
  voice: { mimes: VOICES, most: VOICE_LIMIT, longest: MOST },
  video: { mimes: ['video/mp4'], most: FILM_LIMIT },
};

// Why a message cannot be passed on, '' when it can. WeChat takes no video without a picture.
export function whyNot({ type, media, thumb }) {
  if (type !== 'text' && !isReady(media)) return t('inbox.forward.not_here');
  if (type === 'video' && !isReady(thumb)) return t('inbox.forward.no_thumb');
  return RULES[type] ? refusal(RULES[type], media) : '';
}

function refusal({ mimes, most, longest = Infinity }, { mime, size, duration }) {
  if (!mimes.includes(mime)) return t('inbox.forward.format');
  if (size > most) return t('inbox.forward.large', { mb: most >> 20 });
  return duration > longest * 1000 ? t('inbox.forward.long', { s: longest }) : '';
}

export function forward(row) {
  const dialog = document.createElement('kf-forward');
  dialog.row = row;
  document.body.append(dialog);
}

// What send() takes. A customer's words must not become a link when they come from us.
function replies({ type, dir, body, media, thumb }) {
  if (type === 'text') {
    const text = dir === 'in' ? body.content.replaceAll('<', '\uff1c') : body.content;
    const parts = byteLength(text) > TEXT_LIMIT ? split(text) : [text];
    return parts.map((part) => ({ type, body: { content: part } }));
  }
  const { title, description, transcript } = body ?? {};
  const words = { image: {}, voice: { transcript }, video: { title, description } }[type];
  return [{ type, body: words, media, ...(type === 'video' && { thumb }) }];
}

class Forward extends Live {
  static properties = { row: { attribute: false }, to: { state: true } };

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector('input:checked')?.focus();
  }

  willUpdate() {
    this.replies = replies(this.row);
    changed.value;
    const rows = [...conversations.values()].map((one) => one.value).filter(isMine);
    this.rows = rows.sort((a, b) => (b.id === current.value) - (a.id === current.value) || (b.last?.at ?? 0) - (a.last?.at ?? 0))
      .map((conversation) => this.#weigh(conversation));
    const open = this.rows.filter(({ stop }) => !stop);
    if (!open.some(({ conversation }) => conversation.id === this.to)) this.to = open[0]?.conversation.id ?? 0;
  }

  // The budget of a conversation, and why it cannot take the message.
  #weigh(conversation) {
    const rule = budget(conversation, tick.value);
    const left = rule.can - sending(conversation.id);
    const reason = reasonOf(conversation, rule);
    const stop = reason ? t(`composer.blocked.${reason}.title`) : left < this.replies.length ? t('inbox.forward.short', { n: this.replies.length }) : '';
    return { conversation, rule, left, stop };
  }

  render() {
    const chosen = this.rows.find(({ conversation }) => conversation.id === this.to);
    const n = this.replies.length;
    return html`
      <dialog class="dialog" aria-labelledby="forward-h" @close=${() => this.remove()} @keydown=${(event) => event.stopPropagation()}>
        <div class="dialog-head">
          <div><h2 id="forward-h">${t('inbox.forward')}</h2><p>${t('inbox.forward.about')}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <div class="dialog-body"><form class="forward" id="forward" @submit=${this.#submit}>
          <div class="forward-what msg-out" inert><div class="msg-line">${content({ ...this.row, dir: 'out', body: { ...this.row.body, ...this.replies[0].body, menu_id: '' } }, () => {})}</div></div>
          <fieldset class="pick"><legend class="sr">${t('inbox.forward.whom')}</legend>${this.rows.map((row) => this.#choice(row))}</fieldset>
          ${this.rows.length ? nothing : html`<p class="sec-none">${t('inbox.forward.nobody')}</p>`}
        </form></div>
        <div class="dialog-foot">
          <span class="lead" role="status">${chosen ? html`${bars(chosen.rule, n)}${t('inbox.forward.after', { n: chosen.left - n })}` : this.rows.length ? t('inbox.forward.none') : nothing}</span>
          <button class="btn" type="button" @click=${this.close}>${t('common.cancel')}</button>
          <button class="btn btn-primary" type="submit" form="forward" ?disabled=${!chosen}>${n > 1 ? t('inbox.forward.parts', { n }) : t('inbox.forward.send')}</button>
        </div>
      </dialog>`;
  }

  #choice({ conversation: { id, customer }, rule, left, stop }) {
    const name = customerName(customer);
    const words = stop || t('inbox.forward.left', { n: left, span: formatSpan(rule.until - tick.value) });
    return html`<label>${identicon(customer.openid, 'idn-32')}
      <span>${name}<small>${id === current.value ? t('inbox.forward.here', { words }) : words}</small></span>
      <span class="load">${bars(rule, this.to === id ? this.replies.length : 0)}</span>
      <input type="radio" name="to" aria-label=${`${name}, ${words}`} .checked=${this.to === id} ?disabled=${stop !== ''} @change=${() => (this.to = id)}></label>`;
  }

  close() {
    this.querySelector('dialog').close();
  }

  #submit(event) {
    event.preventDefault();
    const to = this.to;
    if (!to) return;
    for (const reply of this.replies) send(to, reply);
    this.close();
    if (to === current.value) return;
    const name = customerName(conversations.get(to).value.customer);
    toast(t('inbox.forward.done', { name }), { icon: 'check', action: t('inbox.forward.see'), run: () => go(view.value, to, { field: true }) });
  }
}
customElements.define('kf-forward', Forward);
