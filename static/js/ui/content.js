// What is inside of a bubble, by type. What we cannot show says so.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { renderText } from '../lib/text.js';
import { typeName } from '../lib/words.js';
import { file, link, miniProgram, news, place } from './card.js';
import { icon } from './icon.js';
import { film, missing, picture, sound } from './media.js';

const bubble = (kind, inside) => html`<div class=${`bubble bubble-${kind}`}>${inside}</div>`;

export function content(row, show) {
  const draw = types[row.type];
  return draw ? draw(row, row.body ?? {}, show) : unknown(row);
}

const types = {
  text: ({ dir }, body) => bubble('text', renderText(body.content, { links: true, own: dir === 'out' })),
  image: (row, body, show) => withMedia(row, () => bubble('media', picture(row.media, t('inbox.media.image_alt'), (event) => show(event, row)))),
  voice: (row, { recognition }) => bubble('voice', [
    missingOr(row, () => sound(row.media, typeName('voice'))),
    recognition ? html`<div class="voice-text"><small>${t('inbox.media.recognition')}</small>${recognition}</div>` : '',
  ]),
  video: (row) => withMedia(row, () => bubble('media', film(row.media, row.thumb, typeName(row.type)))),
  location: (row, body) => bubble('card', place(body)),
  link: (row, body) => bubble('card', link(body)),
  file: (row, body) => bubble('card', file(body)),
  miniprogrampage: (row, body) => bubble('card', miniProgram(body)),
  news: ({ media }, body) => bubble('card', news(body, media)),
  sticker: () => bubble('text', html`<span class="unknown">${icon('smile')}${t('inbox.card.sticker')}</span>`),
};
types.shortvideo = types.video;

const missingOr = (row, draw) => (row.media?.state === 'ready' ? draw() : missing(row.media, typeName(row.type)));

const withMedia = (row, draw) => (row.media?.state === 'ready' ? draw() : bubble('text', missing(row.media, typeName(row.type))));

// The raw push is kept: an admin can see what came.
const unknown = (row) => bubble('text', html`<span class="unknown">${icon('file-question-mark')}${t('inbox.card.unknown')}</span>
  ${row.id && row.dir === 'in' ? html`<a class="link raw" href=${`/api/v1/messages/${row.id}/raw`} target="_blank">${t('inbox.card.raw')}</a>` : ''}`);
