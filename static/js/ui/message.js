// One message: face, bubble, and below it what became of it.
import { html, nothing } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { identicon, portrait } from './avatar.js';
import { content } from './content.js';
import { failure, state } from './delivery.js';
import { more } from './messagemenu.js';

// goesOn: the message above has the same speaker. last: the one below has not. show opens a picture.
// open: WeChat takes a reply now. aim: it was jumped to. newer: a reply is held because of it.
export function message({ row, goesOn, last }, conversation, { fresh, open, aim, newer, show }) {
  const look = `msg ${goesOn ? 'msg-cont' : ''} ${fresh ? 'msg-fresh' : ''} ${aim ? 'is-target' : ''} ${newer ? 'is-newer' : ''}`;
  return row.dir === 'in' ? incoming(row, look, goesOn, last, conversation, show) : outgoing(row, look, goesOn, conversation, open, show);
}

function incoming(row, look, goesOn, last, { customer }, show) {
  const name = customerName(customer);
  return html`
    <article class=${`${look} msg-in`} data-id=${row.id} aria-label=${t('inbox.message.by', { name, time: formatTime(row.at) })}>
      ${identicon(customer.openid, 'idn-32')}
      <div class="msg-main">${goesOn ? nothing : imported(row)}<div class="msg-line">
        ${content(row, show)}
        ${last ? html`<span class="msg-state"><time datetime=${iso(row.at)}>${formatTime(row.at)}</time></span>` : nothing}
        ${more(row)}
      </div></div>
    </article>`;
}

function outgoing(row, look, goesOn, { account }, open, show) {
  const name = row.auto ? t('inbox.message.auto') : row.nick || agentName(row.agent, account);
  const mine = isMe(row.agent);
  return html`
    <article class=${`${look} msg-out ${states[row.state] ?? ''}`} data-id=${row.id || row.client_id}
      aria-label=${t('inbox.message.by', { name, time: formatTime(row.at) })}>
      ${portrait(row.agent, account, 32, row.nick)}
      <div class="msg-main">
        ${goesOn ? nothing : imported(row)}${mine || goesOn ? nothing : html`<span class="msg-by">${name}</span>`}
        <div class="msg-line">${content(row, show)}${state(row)}${more(row)}</div>
        ${failure(row, open)}
      </div>
    </article>`;
}

// Said in WeChat's own tool, and put here later.
const imported = ({ body }) => (body?.imported ? html`<span class="msg-by">${t('kf.imported')}</span>` : nothing);

const states = { pending: 'is-sending', sending: 'is-sending', failed: 'is-failed', unknown: 'is-unsure' };

const iso = (ms) => new Date(ms).toISOString();
