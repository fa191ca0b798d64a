// Voices and films on the phone. A voice plays here whatever it is: AMR through our decoder, MP3 as it is.
import { decode, isAMR } from '../lib/amr.js';
import { html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { fileURL } from './state.js';

const playing = signal(0); // id of the voice that is heard
const heard = signal(new Set()); // ids
const watched = signal(0); // id of the film that is on
let audio = null;

export const watch = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export function sound(entry) {
  const { id, dir, seconds } = entry;
  const on = playing.value === id;
  const fresh = dir === 'account' && !heard.value.has(id);
  return html`<span class="wx-voice-row"><button class=${`wx-bubble wx-voice ${on ? 'is-on' : ''}`} type="button" aria-pressed=${on} aria-label=${t('phone.voice_play', { n: seconds ?? 0 })}
    .style=${`width: ${Math.min(190, 76 + 3 * (seconds ?? 0))}px`} @click=${() => toggle(entry)}>${seconds ? `${seconds}″` : nothing}${icon(on ? 'square' : 'volume-2')}</button>
    ${fresh ? html`<i class="wx-dot" title=${t('phone.voice_new')}></i>` : nothing}</span>`;
}

async function toggle({ id, file }) {
  const again = playing.value === id;
  stop();
  if (again) return;
  playing.value = id;
  heard.value = new Set([...heard.value, id]);
  try {
    const bytes = await (await fetch(fileURL(file))).arrayBuffer();
    const url = URL.createObjectURL(await playable(bytes));
    if (playing.value !== id) return URL.revokeObjectURL(url);
    audio = Object.assign(new Audio(url), { onended: stop });
    await audio.play();
  } catch {
    if (playing.value !== id) return;
    stop();
    toast(t('phone.voice_failed'), { icon: 'circle-alert', danger: true });
  }
}

async function playable(bytes) {
  return isAMR(new Uint8Array(bytes)) ? (await decode(bytes)).wav : new Blob([bytes], { type: 'audio/mpeg' });
}

function stop() {
  playing.value = 0;
  if (!audio) return;
  audio.pause();
  URL.revokeObjectURL(audio.src);
  audio = null;
}

export function film(entry, { title, description }) {
  const { id, file, thumb, seconds } = entry;
  const below = title || description ? html`<p class="wx-caption"><b>${title}</b>${description}</p>` : nothing;
  if (watched.value === id) return html`<video class="wx-film" controls autoplay src=${fileURL(file)}></video>${below}`;
  return html`<button class="wx-video" type="button" aria-label=${t('phone.film_play', { time: watch(seconds ?? 0) })} @click=${() => (watched.value = id)}>
    ${thumb ? html`<img src=${fileURL(thumb)} alt="">` : html`<span class="wx-blank"></span>`}<span class="pic-play">${icon('play')}</span>
    ${seconds ? html`<span class="pic-len">${watch(seconds)}</span>` : nothing}</button>${below}`;
}
