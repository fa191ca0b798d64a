// The customer's other conversations; a press leads to where one began.
import { known, load } from '../lib/customer.js';
import { html, nothing, signal } from '../lib/html.js';
import { formatListTime, t } from '../lib/i18n.js';
import { jumpTo } from '../lib/jump.js';
import { agentName } from '../lib/people.js';
import { portrait } from './avatar.js';
import { icon } from './icon.js';
import { refused } from './toast.js';

const FEW = 3;
const whole = signal(0); // the customer of whom all are shown

export function pastSection(conversation) {
  const { id, customer } = conversation;
  const { past, failed } = known.value;
  const others = past.filter((one) => one.id !== id);
  const all = whole.value === customer.id;
  return html`
    <section class="sec">
      <div class="sec-head"><h3>${t('inbox.panel.past')}</h3>${others.length > FEW ? html`<button class="btn btn-quiet btn-xs" type="button" aria-expanded=${all}
        @click=${() => (whole.value = all ? 0 : customer.id)}>${t(all ? 'customer.past.fewer' : 'customer.past.all', { n: others.length })}</button>` : nothing}</div>
      ${failed ? html`<p class="sec-none" role="alert">${t('common.load_failed')} <button class="btn btn-xs" type="button" @click=${load}>${t('common.retry')}</button></p>` : nothing}
      ${others.length ? html`<div class="past">${(all ? others : others.slice(0, FEW)).map((one) => item(one, conversation))}</div>` : nothing}
      ${others.length || failed || known.value.customer !== customer.id ? nothing : html`<p class="sec-none">${t('inbox.panel.first')}</p>`}
    </section>`;
}

const item = (one, { id, account }) => html`
  <button class="past-item" type="button" @click=${() => jumpTo(id, one.first).catch(refused)}><span class="past-top">
    ${one.agent ? portrait(one.agent, account, 16) : icon('inbox', 'i-16')}
    <span class="past-title">${one.agent ? t('inbox.panel.by', { name: agentName(one.agent, account) }) : t('inbox.panel.unserved')}</span>
    <time>${formatListTime(one.closed_at || one.created_at)}</time></span>
    <span class="past-sub block">${one.reason ? html`${one.reason}<i class="sep" aria-hidden="true"></i>` : nothing}${t('customer.past.messages', { n: one.messages })}</span></button>`;
