// One conversation in the list. On the right stands one fact: how long the customer has waited
// when it is our turn, what is left of the budget when it is theirs.
import { urgency } from '../lib/alarm.js';
import { budget, isShort } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { begunType, has as hasDraft, text as draftText } from '../lib/drafts.js';
import { held } from '../lib/held.js';
import { html, nothing } from '../lib/html.js';
import { formatListTime, formatSpan, formatWait, t } from '../lib/i18n.js';
import { pending } from '../lib/outbox.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { conversations, current } from '../lib/state.js';
import { renderText } from '../lib/text.js';
import { kindOf, preview } from '../lib/words.js';
import { identicon } from './avatar.js';
import { pips, ring } from './budget.js';
import { icon } from './icon.js';
import { vip } from './level.js';
import { toldMark, toldNote } from './told.js';
import { faces, typingWords } from './together.js';

// place: {nth, of} for screen readers, since the rows outside of the window are not there.
export function row(id, view, { nth, of }) {
  const conversation = conversations.get(id).value;
  const { customer, unread } = conversation;
  return html`<li aria-posinset=${nth} aria-setsize=${of}>
    <a class=${`conv ${unread ? 'is-unread' : ''}`} href=${`#${view}/${id}`} data-id=${id} aria-current=${current.value === id ? 'true' : nothing}>
      ${identicon(customer.openid, '', unread ? badge(unread) : nothing)}
      <span class="conv-who"><span class="conv-name">${customerName(customer)}</span>${vip(conversation)}${raised(conversation)}${toldMark(conversation)}${server(conversation)}${faces(conversation)}</span>
      <span class="conv-at">${ourTurn(conversation) ? wait(conversation) : formatListTime(conversation.closed_at || conversation.last?.at || conversation.created_at)}</span>
      <span class="conv-text">${line(conversation)}</span>${flag(conversation, view)}
    </a></li>`;
}

const badge = (n) => html`<span class="count">${n > 99 ? '99+' : n}<span class="sr"> ${t('inbox.row.unread')}</span></span>`;

const raised = ({ raised_at }) => (raised_at ? html`<span class="tag conv-raised">${t('routing.raised')}</span>` : nothing);

const ourTurn = ({ state, waiting_since }) => state !== 'closed' && waiting_since > 0;

function server({ agent, account, state }) {
  if (state !== 'open' || isMe(agent)) return nothing;
  return html`<span class="tag conv-agent">${agentName(agent, account)}</span>`;
}

function wait(conversation) {
  const level = urgency(conversation, tick.value);
  const waited = formatWait(tick.value - conversation.waiting_since);
  return html`<span class=${`wait ${level ? `wait-${level}` : ''}`}>${level ? icon('clock', 'i-14') : nothing}${waited}${level === 2 ? html`<span class="sr"> ${t('routing.alarm.row')}</span>` : nothing}</span>`;
}

// What did not arrive and what is half written come first: both wait for this agent.
function line(conversation) {
  const { id } = conversation;
  const bad = trouble(conversation);
  if (bad) return html`<span class=${bad === 'failed' ? 'draft' : 'wait-1'}>${t(`inbox.state.${bad}`)}</span> ${renderText(preview(conversation).text)}`;
  const typing = typingWords(conversation);
  if (typing) return typing;
  if (held(id).length) return html`<span class="draft">${t('together.row.held')}</span> ${renderText(held(id)[0].body.content, { own: true })}`;
  if (hasDraft(id) && conversation.state !== 'closed') return html`<span class="draft">${t('inbox.row.draft')}</span> ${draftText(id) ? renderText(draftText(id), { own: true }) : kindOf({ type: begunType(id) })}`;
  const note = toldNote(conversation);
  if (note) return html`<span class="conv-told">${t('handover.row.note')}</span> ${renderText(note)}`;
  const { who, text } = preview(conversation);
  return html`${who}${renderText(text)}`;
}

// How the newest reply went wrong: failed, unknown, or '' when it did not.
function trouble({ id, last }) {
  if (last?.state === 'failed' || pending(id).value.some(({ state }) => state === 'failed')) return 'failed';
  return last?.state === 'unknown' ? 'unknown' : '';
}

function flag(conversation, view) {
  const bad = trouble(conversation);
  if (bad) return html`<span class=${`conv-flag wait-${bad === 'failed' ? 2 : 1}`}>${icon(bad === 'failed' ? 'circle-alert' : 'circle-help')}</span>`;
  if (conversation.state === 'closed') return nothing;
  const time = tick.value;
  const rule = budget(conversation, time);
  if (rule.state === 'event') return left(rule, time, formatSpan(rule.until - time));
  if (ourTurn(conversation) && view !== 'closing') return nothing;
  if (rule.state === 'closed' || rule.state === 'cannot') return html`<span class="conv-flag">${icon('lock', 'i-14')}${t(`inbox.row.${rule.state}`)}</span>`;
  if (rule.state !== 'used' && isShort(rule, time)) return left(rule, time, t('inbox.row.left', { span: formatSpan(rule.until - time) }));
  return html`<span class="conv-flag" title=${t('inbox.row.budget', { n: rule.can })}>${pips(conversation)}<span class="sr">${t('inbox.row.budget', { n: rule.can })}</span></span>`;
}

const left = (rule, time, words) => html`<span class=${`conv-flag ${rule.state === 'urgent' ? 'wait-2' : 'wait-1'}`}>${ring(rule, time)}${words}</span>`;
