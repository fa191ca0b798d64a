// Texts on the phone. In those of the account a link may be a tap of a menu or lead to a mini program.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { renderText } from '../lib/text.js';
import { icon } from '../ui/icon.js';
import { account, act } from './state.js';

const ANCHOR = /<a\s([^>]*)>([^<]*)<\/a>/g;
const attribute = (tag, name) => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1].replaceAll('&amp;', '&');

export const words = ({ dir }, { content = '' }) => html`<p class="wx-bubble wx-words">${written(content, dir === 'account')}</p>`;

export function written(content, own) {
  const parts = [];
  let end = 0;
  for (const match of own ? content.matchAll(ANCHOR) : []) {
    const special = tapLink(match) ?? programLink(match);
    if (!special) continue;
    parts.push(renderText(content.slice(end, match.index), { links: true, own }), special);
    end = match.index + match[0].length;
  }
  parts.push(renderText(content.slice(end), { links: true, own }));
  return parts;
}

function tapLink([, tag, label]) {
  const [, query] = /^weixin:\/\/bizmsgmenu\?(.*)$/.exec(attribute(tag, 'href') ?? '') ?? [];
  if (query === undefined) return undefined;
  const what = new URLSearchParams(query);
  return entry(what.get('msgmenuid'), what.get('msgmenucontent'), label);
}

function programLink([, tag, label]) {
  const appid = attribute(tag, 'data-miniprogram-appid');
  if (!appid) return undefined;
  const path = attribute(tag, 'data-miniprogram-path') ?? '';
  return html`<span class="wx-link" title=${`${programName(appid)} ${path}`}>${icon('app-window')}${label}</span>`;
}

// A mini program that the account has linked has a name.
export const programName = (appid) => account.value?.mini_programs.find((one) => one.appid === appid)?.name ?? appid;

const entry = (id, text, label = text) => html`<button class="wx-link" type="button" @click=${() => act({ do: 'tap', menu_id: id, text })}>${label}</button>`;

export const menu = (line, { head_content, list = [], tail_content }) => html`<div class="wx-bubble wx-menu-msg" role="group" aria-label=${t('phone.type.msgmenu')}>
  ${head_content ? html`<p class="wx-words">${written(head_content, true)}</p>` : ''}
  <ul>${list.map(({ id, content }) => html`<li>${entry(String(id), content)}</li>`)}</ul>
  ${tail_content ? html`<p class="wx-words">${written(tail_content, true)}</p>` : ''}</div>`;
