// A voice: play, its wave, its length, how fast. What no browser plays can be downloaded.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { isReady } from '../lib/media.js';
import { faster, playing, seek, speed, stop, toggle } from '../lib/player.js';
import { opened, timeline } from '../lib/state.js';
import { keyOf, prepare, voiceOf } from '../lib/voices.js';
import { icon } from './icon.js';
import { Live } from './live.js';
import { unshown } from './media.js';
import { wave } from './wave.js';

const MOST = 30; // bars

class Sound extends Live {
  static properties = { media: { attribute: false } };

  // The wave is drawn when the bubble comes into sight: only then the codec is loaded.
  connectedCallback() {
    super.connectedCallback();
    this.watch = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#seen());
    this.watch.observe(this);
  }

  #seen() {
    this.watch.disconnect();
    prepare(this.media);
  }

  // It may only be on its way to another place in the thread.
  disconnectedCallback() {
    super.disconnectedCallback();
    this.watch.disconnect();
    queueMicrotask(() => this.isConnected || stop(this.media));
  }

  willUpdate(changes) {
    const before = changes.get('media');
    if (before && keyOf(before) !== keyOf(this.media)) prepare(this.media);
  }

  render() {
    const { media } = this;
    const voice = voiceOf(media).value;
    if (voice.state === 'failed' && voice.reason === 'format') {
      return unshown('mic-off', t('inbox.voice.format'), media, t('inbox.type.voice'));
    }
    const { state, at } = playing.value.key === keyOf(media) ? playing.value : { state: 'idle', at: 0 };
    const seconds = media.duration ? media.duration / 1000 : voice.seconds;
    return html`<div class="voice">
      ${button(media, state, seconds)}${wave(levels(voice.peaks, seconds), seconds ? at / seconds : 0, (share) => seek(media, share))}
      <span class="voice-len">${length(seconds, at, state)}</span>
      ${state === 'idle' ? nothing : html`<button class="voice-speed" type="button" aria-label=${t('inbox.voice.speed', { speed: speed.value })}
        title=${t('inbox.voice.speed', { speed: speed.value })} @click=${faster}>${speed.value}×</button>`}
    </div>${voice.state === 'failed' ? html`<span class="voice-fault" role="alert">${icon('circle-alert')}${t('inbox.voice.network')}</span>` : nothing}`;
  }
}
customElements.define('kf-sound', Sound);

function button(media, state, seconds) {
  const on = state === 'playing';
  const words = on ? t('inbox.voice.pause') : seconds ? t('inbox.voice.play', { n: whole(seconds) }) : t('inbox.voice.play_some');
  const drawing = state === 'loading' ? icon('loader-circle', 'spin') : icon(on ? 'pause' : 'play');
  return html`<button class="voice-play" type="button" aria-label=${words} aria-busy=${state === 'loading'} @click=${() => toggle(media)}>${drawing}</button>`;
}

const whole = (seconds) => Math.max(1, Math.round(seconds));

function length(seconds, at, state) {
  if (!seconds) return '';
  const all = t('inbox.voice.seconds', { s: whole(seconds) });
  return state === 'idle' ? all : t('inbox.voice.at', { at: t('inbox.voice.seconds', { s: Math.floor(at) }), all });
}

// Longer voices have longer waves. Flat until the sound is known.
function levels(peaks, seconds) {
  const count = Math.min(MOST, Math.max(10, Math.round(6 + 2 * seconds)));
  return Array.from({ length: count }, (_, i) => (peaks ? Math.max(...part(peaks, i, count)) : 0));
}

// What the i-th of count bars stands for, one value at least.
function part(peaks, i, count) {
  const from = Math.floor((i * peaks.length) / count);
  return peaks.slice(from, Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / count)));
}

// The newest voice of the thread that can be heard.
export function latestVoice() {
  const id = opened.value?.id;
  return id && timeline(id).messages.value.findLast(({ type, media }) => type === 'voice' && isReady(media));
}

export function playLatest() {
  const row = latestVoice();
  if (row) toggle(row.media);
}
