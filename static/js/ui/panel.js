// What we know of the customer.
import { html, nothing } from '../lib/html.js';
import { formatFullDate, formatListTime, has, languageName, t } from '../lib/i18n.js';
import { panelOver, togglePanel } from '../lib/layout.js';
import { agentName, customerName } from '../lib/people.js';
import { levelOf } from '../lib/rules.js';
import { opened, timeline } from '../lib/state.js';
import { day } from '../lib/views.js';
import { identicon, portrait } from './avatar.js';
import { copyText } from './copy.js';
import { icon } from './icon.js';
import { vip } from './level.js';

export function panel() {
  const conversation = opened.value;
  if (!conversation) return nothing;
  const { customer } = conversation;
  day.value;
  return html`
    <div class="cust">
      ${identicon(customer.openid, 'idn-48')}
      <div class="cust-main">
        <div class="cust-name"><h2>${customerName(customer)}</h2>${vip(conversation)}</div>
        <div class="cust-sub"><code class="mono" title=${customer.openid}>${short(customer.openid)}</code>
          <button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('inbox.act.copy_openid')} title=${t('inbox.act.copy_openid')} @click=${() => copyText(customer.openid, t('inbox.copied.openid'))}>${icon('copy')}</button></div>
      </div>
      ${panelOver.value ? html`<button class="btn btn-quiet btn-icon btn-sm panel-close" type="button" aria-label=${t('common.close')} @click=${togglePanel}>${icon('x')}</button>` : nothing}
    </div>
    <section class="sec">
      <div class="sec-head"><h3>${t('inbox.panel.facts')}</h3></div>
      <dl class="facts">${facts(conversation).map(([name, value]) => html`<dt>${t(`inbox.fact.${name}`)}</dt><dd>${value}</dd>`)}</dl>
    </section>
    <section class="sec">
      <div class="sec-head"><h3>${t('inbox.panel.past')}</h3></div>
      ${past(conversation)}
    </section>`;
}

const short = (openid) => `${openid.slice(0, 4)}…${openid.slice(-4)}`;

function facts(conversation) {
  const { following, subscribed_at, source, language, conversations } = conversation.customer;
  const level = levelOf(conversation)?.name;
  const since = subscribed_at ? formatFullDate(subscribed_at) : t('inbox.fact.following_unknown');
  return [
    ['following', following ? since : t('inbox.fact.unfollowed')],
    source && ['source', has(`inbox.source.${source}`) ? t(`inbox.source.${source}`) : t('inbox.source.scene', { scene: source })],
    language && ['language', languageName(language)],
    ['level', level ? t('inbox.fact.vip', { level }) : t('inbox.fact.normal')],
    ['conversations', t('inbox.fact.count', { n: conversations })],
  ].filter(Boolean);
}

// Earlier conversations, as far as the thread holds them: a click leads to their first message.
function past({ id, account, customer }) {
  const items = new Map();
  const { messages, older } = timeline(id);
  for (const row of messages.value) {
    if (row.conversation === id) continue;
    const item = items.get(row.conversation) ?? { row, agent: 0 };
    items.set(row.conversation, { ...item, agent: item.agent || row.agent });
  }
  if (!items.size) return html`<p class="sec-none">${t(older.value && customer.conversations > 1 ? 'inbox.panel.scroll' : 'inbox.panel.first')}</p>`;
  return html`<div class="past">${[...items.values()].reverse().map((item) => pastItem(item, account))}</div>`;
}

const pastItem = ({ row, agent }, account) => html`
  <button class="past-item" type="button" @click=${() => jump(row.id)}><span class="past-top">
    ${agent ? portrait(agent, account, 16) : icon('inbox', 'i-16')}
    <span class="past-title">${agent ? t('inbox.panel.by', { name: agentName(agent, account) }) : t('inbox.panel.unserved')}</span>
    <time>${formatListTime(row.at)}</time></span></button>`;

function jump(id) {
  document.querySelector(`#stream [data-id="${id}"]`)?.scrollIntoView({ block: 'start' });
}
