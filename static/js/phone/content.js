// What is inside of a message on the phone, by type.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { hostOf, isWeb } from '../lib/web.js';
import { icon } from '../ui/icon.js';
import { map, strip } from './map.js';
import { film, sound } from './sound.js';
import { account, fileURL } from './state.js';
import { menu, programName, words } from './words.js';

const picture = ({ file }) => html`<a href=${fileURL(file)} target="_blank" rel="noopener"><img class="wx-pic" src=${fileURL(file)} alt=${t('phone.type.image')}></a>`;

const card = (url, inside, kind = '') => isWeb(url)
  ? html`<a class=${`wx-card ${kind}`} href=${url} target="_blank" rel="noopener noreferrer nofollow">${inside}</a>`
  : html`<div class=${`wx-card ${kind}`}>${inside}</div>`;

// A picture of another host is not loaded: this page shows nothing from outside.
const cover = (thumb, picurl) => {
  if (thumb) return html`<img src=${fileURL(thumb)} alt="">`;
  return picurl ? html`<p class="wx-cover">${icon('image')}${hostOf(picurl)}</p>` : nothing;
};

const article = ({ thumb }, { title, description, url, picurl }) =>
  card(url, html`${cover(thumb, picurl)}<b>${title}</b>${description ? html`<p>${description}</p>` : nothing}`);

const news = (entry, { articles = [] }) => articles.map((one, nth) => article(nth ? {} : entry, one));

// Nothing from outside is played here: the card says where the music lies.
const music = ({ thumb }, { title, description, musicurl }) => html`<div class="wx-music">${thumb ? html`<img src=${fileURL(thumb)} alt="">` : html`<span></span>`}
  <div><b>${title || t('phone.type.music')}</b><p>${description}</p>${isWeb(musicurl) ? html`
    <p class="wx-source">${icon('link')}<a class="wx-link" href=${musicurl} target="_blank" rel="noopener noreferrer nofollow">${hostOf(musicurl)}</a></p>` : nothing}</div>${icon('music')}</div>`;

function ticket(entry, { card_id }) {
  const { avatar, name, cards = [] } = account.value ?? {};
  const known = cards.find(({ id }) => id === card_id);
  return html`<div class="wx-ticket">${avatar ? html`<img src=${fileURL(avatar)} alt="">` : html`<span></span>`}
    <div><p>${name}</p><b>${known?.title ?? t('phone.type.wxcard')}</b><p>${known?.note ?? card_id}</p></div></div>`;
}

const miniProgram = ({ thumb }, { title, appid }) => html`<div class="wx-card wx-mp">
  <p class="wx-mp-by">${icon('app-window')}${programName(appid)}</p><b>${title}</b>${thumb ? html`<img src=${fileURL(thumb)} alt="">` : nothing}
  <p class="wx-mp-foot">${icon('blocks')}${t('phone.type.miniprogrampage')}</p></div>`;

const place = (entry, { label, lat, lng }) => html`<div class="wx-card wx-place"><b>${label || t('phone.type.location')}</b><p>${lat}, ${lng}</p>
  <svg class="lab-map" viewBox=${strip({ lat })} preserveAspectRatio="xMidYMid slice" aria-hidden="true">${map({ lat, lng })}</svg></div>`;

const tile = (drawing) => html`<span class="wx-tile">${icon(drawing)}</span>`;

const document = (entry, { title, description }) => html`<div class="wx-card wx-doc"><div><b>${title}</b><p>${description}</p></div>${tile('scroll-text')}</div>`;

const link = (entry, { title, description, url }) => card(url, html`<div><b>${title || hostOf(url)}</b><p>${description}</p></div>${tile('link')}`, 'wx-doc');

const sticker = () => html`<span class="wx-sticker" role="img" aria-label=${t('phone.type.sticker')}>${icon('smile')}</span>`;

export const contents = {
  text: words, image: picture, voice: sound, video: film, shortvideo: film, location: place, link, file: document,
  sticker, miniprogrampage: miniProgram, news, mpnews: article, mpnewsarticle: article, music, msgmenu: menu, wxcard: ticket,
};
