// What is inside of a bubble, by type. What we cannot show says so.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { isReady } from '../lib/media.js';
import { renderText } from '../lib/text.js';
import { typeName } from '../lib/words.js';
import { article, file, link, menu, miniProgram, music, news, place, ticket } from './card.js';
import './film.js';
import { icon } from './icon.js';
import { missing } from './media.js';
import './picture.js';
import { raw } from './raw.js';
import './sound.js';

const bubble = (kind, inside) => html`<div class=${`bubble bubble-${kind}`}>${inside}</div>`;

const card = (draw) => (row) => bubble('card', draw({ ...row, body: row.body ?? {} }));

// show opens a picture.
export function content(row, show) {
  const draw = types[row.type];
  return draw ? draw(row, row.body ?? {}, show) : unknown(row);
}

const types = {
  text: ({ dir }, { content: text, menu_id: chosen }) => bubble('text', html`${chosen ? answer() : nothing}${renderText(text, { links: true, own: dir === 'out' })}`),
  image: (row, body, show) => withMedia(row, () => bubble('media', html`<kf-picture .media=${row.media} .open=${(event) => show(event, row)}></kf-picture>`)),
  voice: (row, { recognition, transcript }) => bubble('voice', html`
    ${isReady(row.media) ? html`<kf-sound .media=${row.media}></kf-sound>` : missing(row.media, typeName('voice'))}
    ${words(recognition, 'recognition')}${words(transcript, 'transcript')}`),
  video: (row, { title, description }) => withMedia(row, () => bubble('media', html`
    <kf-film .media=${row.media} .thumb=${row.thumb} .kind=${typeName(row.type)}></kf-film>${caption(title, description)}`)),
  location: card(place),
  link: card(link),
  file: card(file),
  miniprogrampage: card(miniProgram),
  news: card(news),
  mpnews: card(article),
  mpnewsarticle: card(article),
  music: card(music),
  msgmenu: card(menu),
  wxcard: card(ticket),
  sticker: () => bubble('text', html`<span class="unknown">${icon('smile')}${t('inbox.card.sticker')}</span>`),
};
// What was said is older than is wanted.
types.erased = () => bubble('text', html`<span class="unknown">${icon('clock')}${t('inbox.card.erased')}</span>`);
types.shortvideo = types.video;

// A tap on an entry of a menu that was sent: it gives one minute only.
const answer = () => html`<small class="answer">${icon('mouse-pointer-click')}<span>${t('inbox.message.answer')}</span></small>`;

const words = (text, origin) => (text ? html`<div class="voice-text"><small>${t(`inbox.media.${origin}`)}</small>${text}</div>` : nothing);

const caption = (title, text) => title || text ? html`
  <div class="caption">${title ? html`<span class="card-title">${title}</span>` : nothing}${text ? html`<span class="card-desc">${text}</span>` : nothing}</div>` : nothing;

const withMedia = (row, draw) => (isReady(row.media) ? draw() : bubble('text', missing(row.media, typeName(row.type))));

// The push is kept as it came.
const unknown = (row) => bubble('text', html`<span class="unknown">${icon('file-question-mark')}${t('inbox.card.unknown')}</span>${raw(row)}`);
