// One line of a search's results: a customer, or a message with the lines around it.
import { byMarks, byWords } from '../lib/found.js';
import { html, nothing } from '../lib/html.js';
import { formatListTime, formatWhen, t } from '../lib/i18n.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { conversations, current } from '../lib/state.js';
import { kindOf } from '../lib/words.js';
import { identicon } from './avatar.js';
import { vip } from './level.js';

const marked = (pieces) => pieces.map(([text, hit]) => (hit ? html`<span class="hit">${text}</span>` : text));

const address = (view, id) => `#${view}/${id}`;

// The row as it is now, where the tab knows more than the answer did.
const newest = (row) => conversations.get(row.id)?.value ?? row;

export function customerHit(hit, words, view) {
  const row = newest(hit.conversation);
  const { customer } = row;
  const id = byWords(customer.openid, words);
  return html`<li><a class="hitrow hitrow-c" href=${address(view, row.id)} data-conversation=${row.id} aria-current=${current.value === row.id ? 'true' : nothing}>
    ${identicon(customer.openid, 'idn-32')}
    <span class="hit-top"><b>${marked(byWords(customerName(customer), words))}</b>${vip(row)}<time>${formatListTime(row.last?.at || row.created_at)}</time></span>
    <span class="hit-ctx">${standing(row)}${id.some(([, part]) => part) ? html`<i class="sep" aria-hidden="true"></i>${marked(id)}` : nothing}</span>
  </a></li>`;
}

function standing({ state, agent, account }) {
  if (state !== 'open') return t(`search.standing.${state}`);
  return isMe(agent) ? t('search.standing.mine') : t('search.standing.open', { name: agentName(agent, account) });
}

export function messageHit(hit, nth, chosen, view) {
  const row = newest(hit.conversation);
  const { customer } = row;
  const { message } = hit;
  return html`<li><a class="hitrow" href=${address(view, row.id)} data-nth=${nth} aria-current=${chosen ? 'true' : nothing}>
    ${identicon(customer.openid, 'idn-32')}
    <span class="hit-top"><b>${customerName(customer)}</b>${vip(row)}<time>${formatWhen(message.at)}</time></span>
    ${around(hit.before, row)}
    <span class="hit-text"><i class="hit-by">${by(message, row)}</i>${kind(message)}${marked(byMarks(message.text, hit.marks))}</span>
    ${around(hit.after, row)}
  </a></li>`;
}

const around = (line, row) => (line ? html`<span class="hit-ctx">${by(line, row)}${kind(line)}${line.text}</span>` : nothing);

const kind = (line) => (kindOf(line) ? `${kindOf(line)} ` : '');

function by({ dir, agent }, { account, customer }) {
  const name = dir === 'in' ? customerName(customer) : isMe(agent) ? t('search.you') : agentName(agent, account);
  return t('search.by', { name });
}
