// One message: face, bubble, and below it what became of it.
import { html, nothing } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { identicon, portrait } from './avatar.js';
import { content } from './content.js';
import { failure, state } from './delivery.js';

// goesOn: the message above has the same speaker. last: the one below has not. show opens a picture.
export function message({ row, goesOn, last }, conversation, { fresh, show }) {
  return row.dir === 'in' ? incoming(row, goesOn, last, conversation, fresh, show) : outgoing(row, goesOn, conversation, fresh, show);
}

function incoming(row, goesOn, last, { customer }, fresh, show) {
  const name = customerName(customer);
  return html`
    <article class=${classes('msg-in', goesOn, fresh)} data-id=${row.id} aria-label=${t('inbox.message.by', { name, time: formatTime(row.at) })}>
      ${identicon(customer.openid, 'idn-32')}
      <div class="msg-main"><div class="msg-line">
        ${content(row, show)}
        ${last ? html`<span class="msg-state"><time datetime=${iso(row.at)}>${formatTime(row.at)}</time></span>` : nothing}
      </div></div>
    </article>`;
}

function outgoing(row, goesOn, { account }, fresh, show) {
  const name = row.nick || agentName(row.agent, account);
  const mine = isMe(row.agent);
  return html`
    <article class=${`${classes('msg-out', goesOn, fresh)} ${looks[row.state] ?? ''}`} data-id=${row.id || row.client_id}
      aria-label=${t('inbox.message.by', { name, time: formatTime(row.at) })}>
      ${portrait(row.agent, account, 32, row.nick)}
      <div class="msg-main">
        ${mine || goesOn ? nothing : html`<span class="msg-by">${name}</span>`}
        <div class="msg-line">${content(row, show)}${state(row)}</div>
        ${failure(row)}
      </div>
    </article>`;
}

const looks = { pending: 'is-sending', sending: 'is-sending', failed: 'is-failed', unknown: 'is-unsure' };

const classes = (side, goesOn, fresh) => `msg ${side} ${goesOn ? 'msg-cont' : ''} ${fresh ? 'msg-fresh' : ''}`;

export const iso = (ms) => new Date(ms).toISOString();
