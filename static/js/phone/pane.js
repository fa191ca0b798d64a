// What a kind of message is made of, before it is sent: a sample, a file of one's own, or fields.
import { html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { sendFile } from './files.js';
import { placePane } from './map.js';
import { sample } from './sample.js';
import { account, act, sampleURL, samples } from './state.js';
import { forget, voicePane } from './voice.js';

export const open = signal('');

// A sticker is nothing but itself: it goes at once.
export function toggle(kind) {
  forget();
  if (kind === 'sticker') act({ do: 'sticker' });
  else open.value = open.value === kind ? '' : kind;
}

const panes = {
  image: () => [pictures(), own('image', 'image/jpeg,image/png,image/gif')],
  voice: () => voicePane(own('voice', '.amr,audio/amr')),
  video: () => [ready('video'), own('video', 'video/mp4')],
  shortvideo: () => [ready('shortvideo'), own('shortvideo', 'video/mp4')],
  file: () => [ready('file'), own('file', '')],
  location: placePane,
  link: () => form('link', [['title', 60], ['description', 120], ['url', 1024]]),
  miniprogrampage: miniProgram,
};

export function pane() {
  const kind = open.value;
  if (!panes[kind]) return nothing;
  return html`<div class="lab-pane" id="lab-pane" role="group" aria-label=${t(`phone.type.${kind}`)}>${panes[kind]()}</div>`;
}

const pictures = () => html`<div class="lab-row">${samples('image').map((one, nth) => html`
  <button class="lab-sample" type="button" aria-label=${t('phone.sample_nth', { n: nth + 1 })} @click=${() => act(one)}><img src=${sampleURL(one.sample)} alt=""></button>`)}</div>`;

const ready = (kind) => sample(samples(kind)[0], 'phone.sample');

const own = (kind, accept) => html`<label class="btn btn-sm btn-block lab-own">${icon('upload')}${t(`phone.own.${kind}`)}
  <input class="sr" type="file" accept=${accept || nothing} @change=${(event) => sendFile(kind, event.target)}></label>`;

function form(kind, fields, first = nothing) {
  const [filled] = samples(kind);
  return html`<form class="stack-s" @submit=${(event) => submit(event, filled)}>${first}
    ${fields.map(([name, most]) => html`<input class="input" name=${name} maxlength=${most} autocomplete="off" .value=${filled[name] ?? ''}
      aria-label=${t(`phone.field.${name}`)} placeholder=${t(`phone.field.${name}`)}>`)}
    <button class="btn btn-sm btn-primary btn-block" type="submit">${t('phone.send')}</button></form>`;
}

function submit(event, filled) {
  event.preventDefault();
  act({ ...filled, ...Object.fromEntries(new FormData(event.target)) });
}

function miniProgram() {
  const list = account.value?.mini_programs ?? [];
  return form('miniprogrampage', [['title', 64], ['path', 1024]], list.length ? html`
    <select class="select" name="appid" aria-label=${t('phone.field.appid')}>${list.map(({ appid, name }) => html`<option value=${appid}>${name}</option>`)}</select>` : nothing);
}
