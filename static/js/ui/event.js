// A line for what happened between the messages: the time, and a short story.
import { html, nothing } from '../lib/html.js';
import { formatLength, formatTime, has, t } from '../lib/i18n.js';
import { agentName, agentOf, isMe } from '../lib/people.js';
import { renderText } from '../lib/text.js';
import { icon } from './icon.js';
import { raw } from './raw.js';

const icons = {
  subscribe: 'user-plus', unsubscribe: 'user-minus', scan: 'qr-code', click: 'mouse-pointer-click', view: 'link',
  view_miniprogram: 'app-window', location_select: 'map-pin', scancode_push: 'qr-code',
  scancode_waitmsg: 'qr-code', pic_sysphoto: 'image', pic_photo_or_album: 'image', pic_weixin: 'image',
  kf_create_session: 'headset', kf_close_session: 'headset', kf_switch_session: 'headset',
  user_info_modified: 'user-round', user_authorization_revoke: 'lock', user_authorization_cancellation: 'lock',
  claimed: 'hand', ended: 'check', blocked: 'circle-x', unblocked: 'undo-2', reopened: 'undo-2', queued: 'inbox', raised: 'arrow-up',
  transferred: 'arrow-right-left', taken: 'hand', invited: 'eye', enter: 'log-in', user_enter_tempsession: 'log-in',
  merchant_order: 'clipboard-list', user_pay_from_pay_cell: 'ticket', user_get_card: 'ticket', user_del_card: 'ticket',
  user_enter_session_from_card: 'ticket',
};

export const event = (row, conversation) => html`
  <div class="evt">${icon(icons[nameOf(row)] ?? 'activity')}<span>${formatTime(row.at)} ${renderText(story(row, conversation), { links: true })}</span></div>
  ${row.type === 'unknown_event' && nameOf(row) !== 'enter' ? html`<div class="evt evt-raw">${raw(row)}</div>` : nothing}`;

// Events that open no window share one type; their own name is in the body.
const nameOf = ({ type, body }) => (type === 'unknown_event' ? (body?.event ?? '').toLowerCase() : type);

// The most telling text there is: by who did it, or by what is known of it.
function story(row, { account, customer }) {
  const { type, agent } = row;
  const body = row.body ?? {};
  const words = {
    ...body, event: body.event ?? type, name: agentName(agent, account), span: formatLength(body.waited_ms ?? 0), n: body.count,
    kf: kfName(body.kf_account, account), from: named(body.from, account), to: named(body.to, account),
    what: revoked(body.revoke), source: followedBy(row, customer),
  };
  const known = ['scene', 'paid', 'label', 'count', 'key', 'source'].filter((name) => words[name]);
  const ways = [isMe(agent) && 'me', isMe(body.to ?? 0) && 'to_me', isMe(body.from ?? 0) && 'from_me', body.reason, ...known].filter(Boolean);
  const keys = [...ways.map((way) => `${type}.${way}`), type === 'unknown_event' && `unknown_event.${nameOf(row)}`, type, 'unknown_event'];
  const told = t(`inbox.event.${keys.find((key) => key && isText(key))}`, words);
  if (body.why) return t('inbox.event.because', { told, why: body.why });
  return body.scan_result ? `${told} ${body.scan_result}` : told;
}

const isText = (key) => has(`inbox.event.${key}`) || has(`inbox.event.${key}.other`);

// An agent by id in lines of ours, a kf_account in those of WeChat.
const named = (who, account) => (typeof who === 'number' ? agentName(who, account) : kfName(who, account));

// The name that customers know, else the account itself.
const kfName = (kf, account) => (kf ? agentOf(kf, account)?.nick || kf : '');

const revoked = (codes) => String(codes ?? '').split(/\D+/).filter(Boolean)
  .map((code) => t(has(`inbox.revoke.${code}`) ? `inbox.revoke.${code}` : 'inbox.revoke.other')).join(t('common.list_separator'));

// The profile tells the way of the newest follow only.
function followedBy({ type, at }, { source, subscribed_at }) {
  const key = `inbox.source.${source}`;
  return type === 'subscribe' && at === subscribed_at && has(key) ? t(key) : '';
}
