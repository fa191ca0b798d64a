// Message types that are drawn as a card.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { addressOf, isReady } from '../lib/media.js';
import { renderText } from '../lib/text.js';
import { hostOf, isWeb } from '../lib/web.js';
import { icon } from './icon.js';

const card = (url, content, look = '') => isWeb(url)
  ? html`<a class=${`card ${look}`} href=${url} target="_blank" rel="noopener noreferrer nofollow">${content}</a>`
  : html`<div class=${`card ${look}`}>${content}</div>`;

const titleAndText = (title, text) => html`
  <span class="card-title">${title}</span>${text ? html`<span class="card-desc">${text}</span>` : nothing}`;

const source = (drawing, words) => (words ? html`<span class="card-src">${icon(drawing)}${words}</span>` : nothing);

// Our own picture of the card if there is one: a foreign address would not be loaded.
const cover = (media) => (isReady(media) ? html`<img class="card-cover" src=${addressOf(media)} alt="">` : nothing);

export const link = ({ body: { title, description, url } }) => card(url, html`
  <span class="card-body block">${titleAndText(title || t('inbox.type.link'), description)}</span>${source('link', hostOf(url))}`);

export const news = ({ body: { title, description, url }, media }) => card(url, html`
  ${cover(media)}<span class="card-body block">${titleAndText(title, description)}</span>${source('link', hostOf(url))}`);

// An article of the account: the title stands on its cover.
export const article = ({ type, body: { title, description, url }, thumb }) => isReady(thumb)
  ? card(url, html`${cover(thumb)}<span class="card-title">${title}</span>`, 'card-over')
  : card(url, html`<span class="card-body block">${titleAndText(title || t(`inbox.type.${type}`), description)}</span>${source('newspaper', t(`inbox.type.${type}`))}`);

export function file({ body: { title, description, size } }) {
  const about = description || (size ? t('inbox.card.kb', { kb: Math.ceil(size / 1024) }) : '');
  return html`<div class="card"><span class="card-body block">${titleAndText(title, about)}</span>${source('lock', t('inbox.card.file'))}</div>`;
}

// Opens only in WeChat. A customer's push says path, our own reply pagepath.
export const miniProgram = ({ body: { title, appid, path, pagepath }, thumb }) => html`
  <div class="card"><div class="card-body card-mp"><span class="cell-who">${icon('app-window', 'i-16')}<span class="mono">${appid}</span></span>
    ${titleAndText(title, pagepath ?? path)}</div>${cover(thumb)}${source('blocks', t('inbox.card.miniprogram'))}</div>`;

// WeChat's player plays it; here its address can be opened.
export const music = ({ body: { title, description, musicurl }, thumb }) => card(musicurl, html`
  ${isReady(thumb) ? html`<img src=${addressOf(thumb)} alt="">` : html`<span class="card-note">${icon('music')}</span>`}
  <span>${titleAndText(title || t('inbox.type.music'), description)}</span>${icon('play')}`, 'card-music');

// What the customer may tap. The words around it are ours, so their links are links.
export function menu({ body: { head_content: head, list = [], tail_content: tail } }) {
  const words = (text) => (text ? html`<div class="card-body"><p class="card-plain">${renderText(text, { links: true, own: true })}</p></div>` : nothing);
  return html`<div class="card">${words(head)}<ul class="card-menu" aria-label=${t('inbox.card.menu')}>${list.map(({ content }) => html`<li>${renderText(content)}</li>`)}</ul>${words(tail)}</div>`;
}

export const ticket = ({ body: { title, card_id: id } }) => html`
  <div class="card card-ticket"><div class="card-ticket-l">${icon('ticket')}</div>
    <div class="card-body">${titleAndText(title || t('inbox.type.wxcard'), html`<span class="mono">${id}</span>`)}</div></div>`;

// WeChat's coordinates are GCJ-02, which Chinese maps take as they are.
export function place({ body: { lat, lng, label } }) {
  const name = label || t('inbox.type.location');
  return card(mapAddress(lat, lng, name), html`
    <span class="card-body block">${titleAndText(name, t('inbox.card.map', { lat, lng }))}</span>
    <span class="card-map-box block">${streets}${icon('map-pin')}</span>`);
}

const mapAddress = (lat, lng, name) =>
  `https://uri.amap.com/marker?position=${lng},${lat}&coordinate=gaode&name=${encodeURIComponent(name)}`;

const streets = html`<svg class="card-map" viewBox="0 0 256 84" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
  <path class="map-water" d="M0 62c46-14 84 10 128 2s72-26 128-18v38H0z"></path>
  <path class="map-street" d="M-4 20 260 44M34-4l28 92M112-4 96 88M188-4l-6 92M-4 52l132-16M150 60l110-34"></path></svg>`;
