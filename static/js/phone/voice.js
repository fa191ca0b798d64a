// A voice as it is spoken into the phone: recorded here, packed as AMR as a phone does.
import { encode } from '../lib/amr.js';
import { html, live, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { record } from '../lib/recorder.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { sample } from './sample.js';
import { watch } from './sound.js';
import { act, samples, user } from './state.js';

const MOST = 60; // seconds
const HOLD = 400; // ms; a shorter press is a click, and the next one ends it
const SHORT = 8000 * 0.3; // samples; WeChat sends nothing shorter

const stage = signal('idle'); // starting, on, packing
const heard = signal({ level: 0, seconds: 0 });
let recording = null;
let wanted = 0; // number of the recording that is wanted; another one is thrown away
let speaker = '';
let pressed = 0;
export const words = signal(''); // what the speech recognition shall have heard

async function begin() {
  const mine = ++wanted;
  speaker = user.value.openid;
  stage.value = 'starting';
  heard.value = { level: 0, seconds: 0 };
  try {
    const begun = await record({ most: MOST, onLevel: hear, onEnd: (spoken) => mine === wanted && pack(spoken) });
    if (mine !== wanted) return begun.cancel();
    recording = begun;
    stage.value = 'on';
  } catch (fault) {
    if (mine === wanted) stage.value = 'idle';
    toast(t(`phone.voice.${fault.code ?? 'failed'}`), { icon: 'mic-off', danger: true });
  }
  return undefined;
}

const hear = (level, seconds) => {
  heard.value = { level, seconds };
};

async function finish() {
  const { stop } = recording;
  recording = null;
  pack(await stop());
}

async function pack(spoken) {
  recording = null;
  if (spoken.length < SHORT) {
    stage.value = 'idle';
    return toast(t('phone.voice.short'), { icon: 'mic' });
  }
  stage.value = 'packing';
  try {
    const file = new File([await encode(spoken)], 'voice.amr', { type: 'audio/amr' });
    await act({ do: 'voice', recognition: words.value, openid: speaker }, { file });
  } finally {
    stage.value = 'idle';
  }
  return undefined;
}

// Throws away what is being recorded.
export function forget() {
  wanted++;
  recording?.cancel();
  recording = null;
  stage.value = 'idle';
}

function press({ button, target, pointerId }) {
  if (button !== 0) return;
  target.setPointerCapture?.(pointerId);
  if (stage.value === 'on') return finish();
  if (stage.value !== 'idle') return undefined;
  pressed = performance.now();
  return begin();
}

function release() {
  const held = pressed && performance.now() - pressed > HOLD;
  pressed = 0;
  if (!held) return;
  if (stage.value === 'on') finish();
  else forget(); // let go before the microphone was there
}

// Keys and assistive technology click without a press.
function click({ detail }) {
  if (detail) return;
  if (stage.value === 'on') finish();
  else if (stage.value === 'idle') begin();
}

export function voicePane(own) {
  const on = stage.value === 'on';
  const { level, seconds } = heard.value;
  return html`
    <div class="lab-row lab-voice" data-stage=${stage.value}>
      <button class="btn btn-sm" type="button" aria-pressed=${on} @pointerdown=${press} @pointerup=${release} @pointercancel=${release} @click=${click}>
        ${icon(on ? 'square' : 'mic')}${t(`phone.voice.stage.${stage.value}`)}</button>
      ${on ? html`<span class="lab-level" .style=${`--level: ${level.toFixed(2)}`}></span><time>${watch(seconds)}</time>
        <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('phone.voice.cancel')} title=${t('phone.voice.cancel')} @click=${forget}>${icon('x')}</button>` : nothing}
    </div>
    <input class="input" name="recognition" maxlength="200" autocomplete="off" .value=${live(words.value)} @input=${({ target }) => (words.value = target.value)}
      aria-label=${t('phone.field.recognition')} placeholder=${t('phone.field.recognition')}>
    <div class="lab-row">${sample(samples('voice')[0], 'phone.sample_words')}${sample({ ...samples('voice')[0], recognition: '' }, 'phone.sample_wordless')}</div>
    ${own}`;
}
