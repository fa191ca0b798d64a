// Hand-overs by colleagues that concern this agent: said at once, and marked in the list, with the
// note that came along, until the conversation is looked at.
import { post } from '../lib/api.js';
import { effect, html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { handovers } from '../lib/mentions.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { visible } from '../lib/reading.js';
import { apply, conversations, current, hear, isMine } from '../lib/state.js';
import { go } from './acts.js';
import { toast } from './toast.js';

let newest = 0;
const reported = new Set();

export function followTold() {
  hear(({ message }) => message.dir === 'event' && message.id > newest && told(message));
  effect(() => {
    const one = handovers.value.get(current.value);
    if (one && visible.value) see(one.message);
  });
}

function see(message) {
  if (reported.has(message)) return;
  reported.add(message);
  post(`messages/${message}/seen`).then(apply, () => reported.delete(message));
}

// What is over needs no mark.
function markOf({ id, state }) {
  const one = handovers.value.get(id);
  const over = state === 'closed' || current.value === id || (one?.kind === 'queued' && state !== 'waiting');
  return over ? undefined : one;
}

// The tag in the conversation's row.
export function toldMark(row) {
  const one = markOf(row);
  if (!one) return nothing;
  const away = one.kind === 'transferred' && !isMine(row);
  return html`<span class="tag tag-info conv-agent">${t(`handover.mark.${one.kind}${away ? '.away' : ''}`)}</span>`;
}

// The note for who serves it next, '' when there is none.
export const toldNote = (row) => (isMine(row) && markOf(row)?.text) || '';

const icons = { transferred: 'arrow-right-left', taken: 'hand', invited: 'eye', queued: 'inbox' };

function told({ id, type, agent, body: { from, to, reason }, conversation }) {
  newest = id;
  const byRule = type === 'queued' && reason !== 'returned' && isMe(from);
  if (!icons[type] || (isMe(agent) && !byRule)) return;
  const way = byRule ? `.${reason}` : isMe(to) ? '' : isMe(from) ? '.away' : null;
  if (way === null) return;
  const row = conversations.get(conversation).value;
  const words = { name: agentName(agent, row.account), to: agentName(to, row.account), customer: customerName(row.customer) };
  const elsewhere = current.value !== conversation;
  toast(t(`handover.told.${type}${way}`, words), {
    icon: icons[type], ...(elsewhere && { action: t('handover.told.look'), run: () => go(isMine(conversations.get(conversation).value) ? 'mine' : 'all', conversation, { field: true }) }),
  });
}
