// One line of the chat, drawn as WeChat draws it.
import { asset } from '../lib/boot.js';
import { html, nothing } from '../lib/html.js';
import { has, t } from '../lib/i18n.js';
import { identicon } from '../ui/avatar.js';
import { contents } from './content.js';
import { account, fileURL, user } from './state.js';

export function line(entry) {
  if (entry.dir === 'tip') return tip(entry);
  return entry.dir === 'me' ? mine(entry) : theirs(entry);
}

const tip = ({ type, body }) => html`<p class="wx-tip" data-tip=${type}>${happened(type, body ?? {})}</p>`;

function happened(type, { name, key, scene }) {
  if (has(`phone.tip.${type}`)) return t(`phone.tip.${type}`, { name: name || key, scene });
  const known = `phone.event.${type.toLowerCase()}`;
  return t('phone.tip.event', { event: has(known) ? t(known) : type });
}

const mine = (entry) => html`<div class="wx-msg wx-me" data-type=${entry.type}>${identicon(user.value.openid)}
  <div class="wx-body">${drawn(entry)}</div></div>`;

function theirs(entry) {
  const picture = entry.avatar || account.value?.avatar;
  return html`<div class="wx-msg" data-type=${entry.type} data-kf=${entry.kf_account ?? ''}>
    <img src=${picture ? fileURL(picture) : asset('img/logo.svg')} alt="">
    <div class="wx-body">${entry.nick ? html`<span class="wx-nick">${entry.nick}</span>` : nothing}${drawn(entry)}
      ${entry.ai ? html`<span class="wx-nick">${t('phone.ai')}</span>` : nothing}</div></div>`;
}

function drawn(entry) {
  const draw = contents[entry.type];
  return draw ? draw(entry, entry.body ?? {}) : html`<p class="wx-bubble">${t('phone.unknown', { type: entry.type })}</p>`;
}
