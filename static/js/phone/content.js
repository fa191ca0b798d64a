// What is inside of a message on the phone, by type.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { renderText } from '../lib/text.js';
import { icon } from '../ui/icon.js';
import { account, act, fileURL } from './state.js';

// A link of WeChat that acts like an entry of a menu message.
const TAP = /<a\s+href="weixin:\/\/bizmsgmenu\?([^"]*)">([^<]*)<\/a>/g;

function words({ dir }, { content = '' }) {
  const own = dir === 'account';
  const parts = [];
  let end = 0;
  for (const match of own ? content.matchAll(TAP) : []) {
    const query = new URLSearchParams(match[1].replaceAll('&amp;', '&'));
    parts.push(renderText(content.slice(end, match.index), { links: true, own }));
    parts.push(html`<button class="wx-link" type="button" @click=${() => tap(query.get('msgmenuid'), query.get('msgmenucontent'))}>${match[2]}</button>`);
    end = match.index + match[0].length;
  }
  parts.push(renderText(content.slice(end), { links: true, own }));
  return html`<p class="wx-bubble wx-words">${parts}</p>`;
}

const tap = (id, text) => act({ do: 'tap', menu_id: id, text });

const picture = ({ file }) => html`<a href=${fileURL(file)} target="_blank" rel="noopener"><img class="wx-pic" src=${fileURL(file)} alt=${t('phone.type.image')}></a>`;

const sound = ({ seconds, file }) => html`<button class="wx-bubble wx-voice" type="button" @click=${() => play(file)}>${seconds ? `${seconds}″` : nothing}${icon('volume-2')}</button>`;

// Browsers play MP3; AMR, which phones record, they do not.
function play(file) {
  new Audio(fileURL(file)).play().catch(() => {});
}

const film = ({ file, thumb }) => html`<video class="wx-film" controls preload="none" src=${fileURL(file)} poster=${thumb ? fileURL(thumb) : nothing}></video>`;

const card = (url, inside, kind = '') => /^https?:\/\//i.test(url ?? '')
  ? html`<a class=${`wx-card ${kind}`} href=${url} target="_blank" rel="noopener noreferrer nofollow">${inside}</a>`
  : html`<div class=${`wx-card ${kind}`}>${inside}</div>`;

const cover = (thumb, picurl) => {
  if (thumb) return html`<img src=${fileURL(thumb)} alt="">`;
  return picurl ? html`<p class="wx-cover">${icon('image')}${hostOf(picurl)}</p>` : nothing;
};

// A picture of another host is not loaded: this page shows nothing from outside.
function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

const article = ({ thumb }, { title, description, url, picurl }) =>
  card(url, html`${cover(thumb, picurl)}<b>${title}</b>${description ? html`<p>${description}</p>` : nothing}`);

const news = (entry, { articles = [] }) => articles.map((one, nth) => article(nth ? {} : entry, one));

const music = ({ thumb }, { title, description }) => html`<div class="wx-music">${thumb ? html`<img src=${fileURL(thumb)} alt="">` : html`<span></span>`}
  <div><b>${title}</b><p>${description}</p></div>${icon('play')}</div>`;

const menu = (entry, { head_content, list = [], tail_content }) => html`<div class="wx-bubble wx-menu-msg">
  ${head_content ? html`<p>${head_content}</p>` : nothing}
  <ul>${list.map(({ id, content }) => html`<li><button class="wx-link" type="button" @click=${() => tap(String(id), content)}>${content}</button></li>`)}</ul>
  ${tail_content ? html`<p>${tail_content}</p>` : nothing}</div>`;

const ticket = (entry, { card_id }) => html`<div class="wx-ticket">${account.value?.avatar ? html`<img src=${fileURL(account.value.avatar)} alt="">` : nothing}
  <div><p>${account.value?.name}</p><b>${t('phone.type.wxcard')}</b><p>${card_id}</p></div></div>`;

const miniProgram = ({ thumb }, { title, appid }) => html`<div class="wx-card wx-mp">
  <p class="wx-mp-by">${icon('app-window')}${appid}</p><b>${title}</b>${thumb ? html`<img src=${fileURL(thumb)} alt="">` : nothing}
  <p class="wx-mp-foot">${icon('app-window')}${t('phone.type.miniprogrampage')}</p></div>`;

const place = (entry, { label, lat, lng }) => html`<div class="wx-card"><b>${label || t('phone.type.location')}</b><p>${lat}, ${lng}</p></div>`;

const document = (entry, { title, description }) => html`<div class="wx-card"><b>${title}</b><p>${description}</p></div>`;

const sticker = () => html`<span class="wx-sticker" role="img" aria-label=${t('phone.type.sticker')}>${icon('smile')}</span>`;

export const contents = {
  text: words, image: picture, voice: sound, video: film, shortvideo: film, location: place, link: article, file: document,
  sticker, miniprogrampage: miniProgram, news, mpnews: article, mpnewsarticle: article, music, msgmenu: menu, wxcard: ticket,
};
