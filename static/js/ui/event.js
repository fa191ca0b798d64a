// A line for what happened between the messages: the time, and a short story.
import { html } from '../lib/html.js';
import { formatLength, formatTime, has, t } from '../lib/i18n.js';
import { agentName, isMe } from '../lib/people.js';
import { icon } from './icon.js';

const icons = {
  subscribe: 'user-plus', unsubscribe: 'user-minus', scan: 'qr-code', click: 'mouse-pointer-click', view: 'link',
  view_miniprogram: 'app-window', location: 'map-pin', location_select: 'map-pin', scancode_push: 'qr-code',
  scancode_waitmsg: 'qr-code', pic_sysphoto: 'image', pic_photo_or_album: 'image', pic_weixin: 'image',
  kf_create_session: 'headset', kf_close_session: 'headset', kf_switch_session: 'headset',
  claimed: 'hand', ended: 'check', reopened: 'undo-2', queued: 'inbox',
};

export const event = (row, account) => html`
  <p class="evt">${icon(icons[row.type] ?? 'activity')}<span>${formatTime(row.at)} ${story(row, account)}</span></p>`;

// The most telling text there is: by who did it, or by what is known of it.
function story({ type, body = {}, agent }, account) {
  const words = { ...body, event: body.event ?? type, name: agentName(agent, account), span: formatLength(body.waited_ms ?? 0) };
  const ways = [isMe(agent) && 'me', body.reason, ...['scene', 'paid', 'key'].filter((name) => body[name])].filter(Boolean);
  const keys = [...ways.map((way) => `${type}.${way}`), type, 'unknown_event'];
  return t(`inbox.event.${keys.find((key) => has(`inbox.event.${key}`))}`, words);
}
