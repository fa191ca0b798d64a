// What agents have noted about a customer, for whoever serves them next.
import { addMemo, known, setMemo } from '../lib/customer.js';
import { html, nothing, signal } from '../lib/html.js';
import { formatListTime, t } from '../lib/i18n.js';
import { agentName } from '../lib/people.js';
import './edit.js';
import { icon } from './icon.js';

const MOST = 1000;
const open = signal(''); // what is being written: 'CUSTOMER MEMO', MEMO is 0 for a new one

export function memoSection({ account, customer }) {
  const { memos } = known.value;
  const writing = (id) => open.value === `${customer.id} ${id}`;
  return html`
    <section class="sec">
      <div class="sec-head"><h3>${t('customer.memos')}</h3><button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('customer.memos.add')} title=${t('customer.memos.add')}
        @click=${() => (open.value = `${customer.id} 0`)}>${icon('plus')}</button></div>
      ${writing(0) ? edit('', t('customer.memos.add'), '', (text) => text && addMemo(customer.id, text)) : nothing}
      ${memos.map((memo) => (writing(memo.id)
        ? edit(memo.text, t('customer.memos.edit'), t('customer.memos.empty'), (text) => setMemo(memo.id, text))
        : one(memo, customer, account)))}
      ${memos.length || writing(0) ? nothing : html`<p class="sec-none">${t('customer.memos.none')}</p>`}
    </section>`;
}

const edit = (text, label, hint, save) => html`
  <kf-edit .value=${text} .label=${label} .hint=${hint} .most=${MOST} .tall=${true} .save=${save} .close=${() => (open.value = '')}></kf-edit>`;

const one = (memo, customer, account) => html`
  <div class="memo"><p>${memo.text}</p><small>${t('customer.memos.by', { name: agentName(memo.agent, account), date: formatListTime(memo.at) })}<button class="btn btn-quiet btn-icon btn-xs" type="button"
    aria-label=${t('customer.memos.edit')} title=${t('customer.memos.edit')} @click=${() => (open.value = `${customer.id} ${memo.id}`)}>${icon('pencil')}</button></small></div>`;
