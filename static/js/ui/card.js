// Message types that are drawn as a card.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from './icon.js';

const host = (url) => {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
};

// Only the web: an address of a customer may say javascript: or file:.
const safe = (url) => (/^https?:\/\//i.test(url ?? '') ? url : '');

const card = (url, content) => safe(url)
  ? html`<a class="card" href=${url} target="_blank" rel="noopener noreferrer nofollow">${content}</a>`
  : html`<div class="card">${content}</div>`;

const titleAndText = (title, text) => html`
  <span class="card-title">${title}</span>${text ? html`<span class="card-desc">${text}</span>` : nothing}`;

const source = (drawing, words) => (words ? html`<span class="card-src">${icon(drawing)}${words}</span>` : nothing);

export const link = ({ title, description, url }) => card(url, html`
  <span class="card-body block">${titleAndText(title || t('inbox.type.link'), description)}</span>${source('link', host(url))}`);

// Our own picture of the card if there is one: a foreign address would not be loaded.
export const news = ({ title, description, url }, media) => card(url, html`
  ${media?.state === 'ready' ? html`<img class="card-cover" src=${media.url ?? `/media/${media.id}`} alt="">` : nothing}
  <span class="card-body block">${titleAndText(title, description)}</span>${source('link', host(url))}`);

export function file({ title, description, size }) {
  const about = description || (size ? t('inbox.card.kb', { kb: Math.ceil(size / 1024) }) : '');
  return html`<div class="card"><span class="card-body block">${titleAndText(title, about)}</span>${source('lock', t('inbox.card.file'))}</div>`;
}

export const miniProgram = ({ title, appid }) => html`
  <div class="card"><span class="card-body block">${titleAndText(title, appid)}</span>${source('app-window', t('inbox.card.miniprogram'))}</div>`;

// WeChat's coordinates are GCJ-02, which Chinese maps take as they are.
export function place({ lat, lng, label }) {
  const name = label || t('inbox.type.location');
  const map = `https://uri.amap.com/marker?position=${lng},${lat}&coordinate=gaode&name=${encodeURIComponent(name)}`;
  return card(map, html`
    <span class="card-body block">${titleAndText(name, `${lat}, ${lng}`)}</span>
    <span class="card-map-box block">${streets}${icon('map-pin')}</span>`);
}

const streets = html`<svg class="card-map" viewBox="0 0 256 84" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
  <path class="map-water" d="M0 62c46-14 84 10 128 2s72-26 128-18v38H0z"></path>
  <path class="map-street" d="M-4 20 260 44M34-4l28 92M112-4 96 88M188-4l-6 92M-4 52l132-16M150 60l110-34"></path></svg>`;
