// Texts on the phone. In those of the account a link may be a tap of a menu or lead to a mini program.
import { linksIn } from '../lib/anchor.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { cut, renderText } from '../lib/text.js';
import { icon } from '../ui/icon.js';
import { account, act } from './state.js';

export const words = ({ dir }, { content = '' }) => html`<p class="wx-bubble wx-words">${written(content, dir === 'account')}</p>`;

export function written(content, own) {
  const plain = (text) => renderText(text, { links: true, own });
  return cut(content, own ? linksIn(content) : [], (link) => tapLink(link) ?? programLink(link) ?? plain(link.source), plain);
}

function tapLink({ menu, label }) {
  if (menu === undefined) return undefined;
  const what = new URLSearchParams(menu);
  return entry(what.get('msgmenuid'), what.get('msgmenucontent'), label);
}

function programLink({ appid, path, label }) {
  if (!appid) return undefined;
  return html`<span class="wx-link" title=${`${programName(appid)} ${path}`}>${icon('app-window')}${label}</span>`;
}

// A mini program that the account has linked has a name.
export const programName = (appid) => account.value?.mini_programs.find((one) => one.appid === appid)?.name ?? appid;

const entry = (id, text, label = text) => html`<button class="wx-link" type="button" @click=${() => act({ do: 'tap', menu_id: id, text })}>${label}</button>`;

export const menu = (line, { head_content, list = [], tail_content }) => html`<div class="wx-bubble wx-menu-msg" role="group" aria-label=${t('phone.type.msgmenu')}>
  ${head_content ? html`<p class="wx-words">${written(head_content, true)}</p>` : ''}
  <ul>${list.map(({ id, content }) => html`<li>${entry(String(id), content)}</li>`)}</ul>
  ${tail_content ? html`<p class="wx-words">${written(tail_content, true)}</p>` : ''}</div>`;
