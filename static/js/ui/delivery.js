// How a reply of ours fares: on its way, sent, failed or uncertain, and what can be done then.
import { html, nothing } from '../lib/html.js';
import { formatTime, has, t } from '../lib/i18n.js';
import { delivered, discard, edit, resend, retry } from '../lib/outbox.js';
import { isMe } from '../lib/people.js';
import { dueIn } from '../lib/undo.js';
import { icon } from './icon.js';

// Beside the bubble.
export function state(row) {
  if (row.state === 'failed') return html`<span class="msg-state">${t('inbox.state.failed')}</span>`;
  if (row.state === 'unknown') return html`<span class="msg-state">${icon('circle-help')}${t('inbox.state.unknown')}</span>`;
  if (dueIn(row)) return html`<span class="msg-state">${icon('clock')}${t('together.undo.state', { s: dueIn(row) })}</span>`;
  if (row.state !== 'sent') return html`<span class="msg-state">${icon('loader-circle', 'spin')}${onItsWay(row)}</span>`;
  return html`<span class="msg-state">${icon('check')}<time>${formatTime(row.at)}</time>${nth(row)}</span>`;
}

function onItsWay({ progress, attempts, retry_at }) {
  if (progress > 0 && progress < 1) return t('inbox.state.upload', { percent: Math.round(progress * 100) });
  return t(attempts > 1 || retry_at ? 'inbox.state.again' : 'inbox.state.sending');
}

const nth = (row) => row.nth ? html`<i class="sep" aria-hidden="true"></i><span title=${t('inbox.state.nth', { nth: row.nth, of: row.of })}>${row.nth}/${row.of}</span>` : nothing;

// Below the bubble: the reason in words, what it cost, and the way out. Only who sent it may act,
// and sending again is offered only while WeChat takes a reply.
export function failure(row, open) {
  if (row.state === 'unknown') return unsure(row, open);
  if (row.state === 'sending' && row.error) return html`<div class="msg-fail msg-fail-warn" role="status">${icon('circle-alert')}<p>${t('fault.waits', { reason: row.error.text })}</p></div>`;
  if (row.state !== 'failed') return nothing;
  const acts = [again(row, open), button(t(`inbox.fail.${['text', 'image'].includes(row.type) ? 'edit' : 'open'}`), () => edit(row), row.type !== 'image' || !open), remove(() => discard(row))];
  return html`
    <div class="msg-fail" role="alert">${icon('circle-alert')}<p>${t('inbox.fail.line', { reason: reason(row), cost: t('inbox.fail.free') })}</p>${isMe(row.agent) ? html`<span class="msg-acts">${acts}</span>` : nothing}</div>`;
}

const unsure = (row, open) => html`
  <div class="msg-fail msg-fail-warn" role="status">${icon('circle-help')}<p>${t('inbox.fail.line', { reason: t('inbox.fail.unknown'), cost: t('inbox.fail.counted') })}</p>
    ${isMe(row.agent) ? html`<span class="msg-acts">${button(t('inbox.fail.resend_anyway'), () => resend(row), open)}
      <button class="btn btn-quiet btn-xs" type="button" @click=${() => delivered(row)}>${t('inbox.fail.delivered')}</button></span>` : nothing}</div>`;

// What our server never got is tried again; a medium that is gone at WeChat is uploaded once more.
function again(row, open) {
  if (!row.id) return button(t('common.retry'), () => retry(row.client_id), open && row.error?.code !== 'reload');
  return button(t(row.errcode === 40007 ? 'inbox.fail.upload_again' : 'inbox.fail.resend'), () => resend(row), open);
}

const button = (words, run, possible = true) => possible ? html`<button class="btn btn-xs" type="button" @click=${run}>${words}</button>` : nothing;

const remove = (run) => html`<button class="btn btn-danger-quiet btn-xs" type="button" @click=${run}>${t('common.delete')}</button>`;

function reason({ error, errcode, errmsg }) {
  if (error) return error.text ?? t('err.network');
  if (!errcode) return t('inbox.fail.unreached');
  if (has(`wxerr.${errcode}`)) return t(`wxerr.${errcode}`);
  return t('wxerr.other', { errmsg, code: errcode });
}
