// The sounds of notices. They are made here from a few tones, none is longer than a second.
import { signal } from './html.js';

// Each tone: [frequency in Hz, where it slides to, start, length in seconds, loudness, form].
const SOUNDS = {
  drop: [[620, 1240, 0, 0.14, 0.8, 'sine'], [930, 1560, 0.11, 0.16, 0.5, 'sine']],
  wood: [[760, 420, 0, 0.09, 1, 'triangle'], [1480, 900, 0, 0.04, 0.3, 'sine']],
  bell: [[1318, 1318, 0, 0.7, 0.6, 'sine'], [2637, 2637, 0, 0.35, 0.2, 'sine'], [1760, 1760, 0.16, 0.8, 0.5, 'sine']],
  chime: [[784, 784, 0, 0.35, 0.7, 'sine'], [988, 988, 0.18, 0.35, 0.7, 'sine'], [1175, 1175, 0.36, 0.6, 0.7, 'sine']],
};

export const names = Object.keys(SOUNDS);

// A sound was due and the browser made none: it waits for a click or a key on this page.
export const muted = signal(false);

let context = null;

// True while the browser lets this page be heard.
export const audible = () => context?.state === 'running';

// Asks to be heard; a click or a key is what browsers want for it. heard is called once it works.
export function unmute(heard) {
  const ask = () => {
    context ??= new AudioContext();
    if (audible()) return done();
    context.resume().then(done, () => {});
  };
  const done = () => {
    if (!audible()) return;
    for (const name of GESTURES) removeEventListener(name, ask, true);
    muted.value = false;
    heard();
  };
  for (const name of GESTURES) addEventListener(name, ask, true);
  if (navigator.userActivation?.hasBeenActive) ask();
}

const GESTURES = ['pointerup', 'keydown'];

// Plays a sound, volume from 0 to 100. False where the browser does not let it be heard.
export function play(name, volume) {
  if (!SOUNDS[name] || volume === 0) return true;
  if (!audible()) {
    muted.value = true;
    return false;
  }
  const out = context.createGain();
  out.gain.value = (volume / 100) ** 2; // as the ear hears it
  out.connect(context.destination);
  for (const tone of SOUNDS[name]) sing(out, tone);
  return true;
}

function sing(out, [from, to, start, length, loudness, form]) {
  const at = context.currentTime + start;
  const tone = new OscillatorNode(context, { type: form, frequency: from });
  const shape = new GainNode(context, { gain: 0 });
  tone.frequency.exponentialRampToValueAtTime(to, at + length);
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(loudness * 0.5, at + 0.008);
  shape.gain.exponentialRampToValueAtTime(0.0001, at + length);
  tone.connect(shape).connect(out);
  tone.start(at);
  tone.stop(at + length);
}
