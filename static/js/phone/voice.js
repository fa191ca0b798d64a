// A voice as it is spoken into the phone: recorded here, packed as AMR as a phone does.
import { encode } from '../lib/amr.js';
import { html, live, nothing, signal } from '../lib/html.js';
import { formatClock, t } from '../lib/i18n.js';
import { Mic } from '../lib/mic.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { sample } from './sample.js';
import { act, samples, user } from './state.js';

const MOST = 60; // seconds
const SHORT = 8000 * 0.3; // samples; WeChat sends nothing shorter

const changes = signal(0); // of the microphone
const packing = signal(false);
const mic = new Mic(MOST, () => changes.value++, pack);
const unpacked = signal(null); // the samples of a voice that could not be packed
let speaker = '';
export const words = signal(''); // what the speech recognition shall have heard

async function pack(samples) {
  if (samples.length < SHORT) return toast(t('phone.voice.short'), { icon: 'mic' });
  packing.value = true;
  unpacked.value = samples;
  try {
    const file = new File([await encode(samples)], 'voice.amr', { type: 'audio/amr' });
    unpacked.value = null;
    await act({ do: 'voice', recognition: words.value, openid: speaker }, { file });
  } catch (error) {
    console.warn('voice', error.message);
  } finally {
    packing.value = false;
  }
  return undefined;
}

// Throws away what is being recorded.
export const forget = () => mic.cancel();

function press({ timeStamp }) {
  if (packing.value) return;
  if (!mic.state) [speaker, unpacked.value] = [user.value.openid, null];
  mic.press(timeStamp);
}

function down(event) {
  if (event.button !== 0) return;
  event.target.setPointerCapture?.(event.pointerId);
  press(event);
}

const up = ({ timeStamp }) => mic.release(timeStamp);

// Keys and assistive technology click without a press.
const click = (event) => event.detail || press(event);

export function voicePane(own) {
  changes.value;
  const on = mic.state === 'live';
  const stage = packing.value ? 'packing' : mic.state || 'idle';
  return html`
    <div class="lab-row lab-voice" data-stage=${stage}>
      <button class="btn btn-sm" type="button" aria-pressed=${on} @pointerdown=${down} @pointerup=${up} @pointercancel=${up} @click=${click}>
        ${icon(on ? 'square' : 'mic')}${t(`phone.voice.stage.${stage}`)}</button>
      ${on ? html`<span class="lab-level" .style=${`--level: ${(mic.levels.at(-1) ?? 0).toFixed(2)}`}></span><time>${formatClock(mic.seconds * 1000)}</time>
        <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('phone.voice.cancel')} title=${t('phone.voice.cancel')} @click=${forget}>${icon('x')}</button>` : nothing}
    </div>
    ${mic.off ? html`<p class="field-error" role="alert">${icon('mic-off')}<span>${t(`phone.voice.${mic.off}`)}</span></p>` : nothing}
    ${unpacked.value && !packing.value ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${t('phone.voice.unpacked')}</span></p>
      <button class="btn btn-sm" type="button" @click=${() => pack(unpacked.value)}>${t('phone.voice.retry')}</button>` : nothing}
    <input class="input" name="recognition" maxlength="200" autocomplete="off" .value=${live(words.value)} @input=${({ target }) => (words.value = target.value)}
      aria-label=${t('phone.field.recognition')} placeholder=${t('phone.field.recognition')}>
    <div class="lab-row">${sample(samples('voice')[0], 'phone.sample_words')}${sample({ ...samples('voice')[0], recognition: '' }, 'phone.sample_wordless')}</div>
    ${own}`;
}
