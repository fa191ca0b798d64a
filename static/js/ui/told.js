// What colleagues did that concerns this agent: said at once, and marked in the list until it is seen.
import { effect, html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { conversations, current, hear, isMine } from '../lib/state.js';
import { go } from './acts.js';
import { toast } from './toast.js';

const marks = signal(new Map()); // conversation → transferred or invited
let newest = 0;

export function followTold() {
  hear(({ message }) => message.dir === 'event' && message.id > newest && told(message));
  effect(() => marks.value.has(current.value) && mark(current.value, ''));
}

// The tag in the conversation's row.
export const toldMark = (id) => (marks.value.has(id) ? html`<span class="tag tag-info conv-agent">${t(`handover.mark.${marks.value.get(id)}`)}</span>` : nothing);

function mark(id, kind) {
  const all = new Map(marks.value);
  if (kind) all.set(id, kind);
  else all.delete(id);
  marks.value = all;
}

const icons = { transferred: 'arrow-right-left', taken: 'hand', invited: 'eye', queued: 'inbox' };

function told({ id, type, agent, body: { from, to }, conversation }) {
  newest = id;
  if (!icons[type] || isMe(agent)) return;
  const way = isMe(to) ? '' : isMe(from) ? '.away' : null;
  if (way === null) return;
  const row = conversations.get(conversation).value;
  const words = { name: agentName(agent, row.account), to: agentName(to, row.account), customer: customerName(row.customer) };
  const elsewhere = current.value !== conversation;
  if (!way && elsewhere) mark(conversation, type);
  toast(t(`handover.told.${type}${way}`, words), {
    icon: icons[type], ...(elsewhere && { action: t('handover.told.look'), run: () => go(isMine(conversations.get(conversation).value) ? 'mine' : 'all', conversation, { field: true }) }),
  });
}
