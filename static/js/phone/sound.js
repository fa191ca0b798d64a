// Voices and films on the phone. A voice plays here whatever it is: AMR through our decoder, MP3 as it is.
import { html, nothing, signal } from '../lib/html.js';
import { formatClock, t } from '../lib/i18n.js';
import { Playback, soundAt } from '../lib/playback.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { fileURL } from './state.js';

const playing = signal(0); // id of the voice that is heard
const heard = signal(new Set()); // ids
const watched = signal(0); // id of the film that is on

const playback = new Playback(
  () => {
    if (playback.at < 0) playing.value = 0;
  },
  () => toast(t('phone.voice_failed'), { icon: 'circle-alert', danger: true }),
);

export function sound(entry) {
  const { id, dir, seconds } = entry;
  const on = playing.value === id;
  const fresh = dir === 'account' && !heard.value.has(id);
  return html`<span class="wx-voice-row"><button class=${`wx-bubble wx-voice ${on ? 'is-on' : ''}`} type="button" aria-pressed=${on} aria-label=${t('phone.voice_play', { n: seconds ?? 0 })}
    .style=${`width: ${Math.min(190, 76 + 3 * (seconds ?? 0))}px`} @click=${() => toggle(entry)}>${seconds ? `${seconds}″` : nothing}${icon(on ? 'square' : 'volume-2')}</button>
    ${fresh ? html`<i class="wx-dot" title=${t('phone.voice_new')}></i>` : nothing}</span>`;
}

function toggle({ id, file }) {
  const again = playing.value === id;
  playback.stop();
  if (again) return;
  playing.value = id;
  heard.value = new Set([...heard.value, id]);
  playback.start(soundAt(fileURL(file)));
}

export function film(entry, { title, description }) {
  const { id, file, thumb, seconds } = entry;
  const length = formatClock((seconds ?? 0) * 1000);
  const below = title || description ? html`<p class="wx-caption"><b>${title}</b>${description}</p>` : nothing;
  if (watched.value === id) return html`<video class="wx-film" controls autoplay src=${fileURL(file)}></video>${below}`;
  return html`<button class="wx-video" type="button" aria-label=${t('phone.film_play', { time: length })} @click=${() => (watched.value = id)}>
    ${thumb ? html`<img src=${fileURL(thumb)} alt="">` : html`<span class="wx-blank"></span>`}<span class="pic-play">${icon('play')}</span>
    ${seconds ? html`<span class="pic-len">${length}</span>` : nothing}</button>${below}`;
}
