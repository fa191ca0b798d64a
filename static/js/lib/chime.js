// The sounds of notices. They are made here from a few tones; none is longer than a second.

// Each tone: [frequency in Hz, where it slides to, start, length in seconds, loudness, form].
const SOUNDS = {
  drop: [[620, 1240, 0, 0.14, 0.8, 'sine'], [930, 1560, 0.11, 0.16, 0.5, 'sine']],
  wood: [[760, 420, 0, 0.09, 1, 'triangle'], [1480, 900, 0, 0.04, 0.3, 'sine']],
  bell: [[1318, 1318, 0, 0.7, 0.6, 'sine'], [2637, 2637, 0, 0.35, 0.2, 'sine'], [1760, 1760, 0.16, 0.8, 0.5, 'sine']],
  chime: [[784, 784, 0, 0.35, 0.7, 'sine'], [988, 988, 0.18, 0.35, 0.7, 'sine'], [1175, 1175, 0.36, 0.6, 0.7, 'sine']],
};

const REST = 2_000; // a context that plays nothing still costs power

let context = null;
let resting = 0;

// Plays a sound, volume from 0 to 100. False when the browser lets nothing be heard before a click
// or a key on this page: resume() does not settle until then.
export async function play(name, volume) {
  if (!SOUNDS[name] || volume === 0) return true;
  clearTimeout(resting);
  context ??= new AudioContext();
  await Promise.race([context.resume(), new Promise((done) => { setTimeout(done, 300); })]);
  if (context.state !== 'running') return false;
  const out = new GainNode(context, { gain: (volume / 100) ** 2 }); // as the ear hears it
  out.connect(context.destination);
  for (const tone of SOUNDS[name]) sing(out, tone);
  resting = setTimeout(() => context.suspend(), REST);
  return true;
}

function sing(out, [from, to, start, length, loudness, form]) {
  const at = context.currentTime + start;
  const tone = new OscillatorNode(context, { type: form, frequency: from });
  const shape = new GainNode(context, { gain: 0 });
  tone.frequency.setValueAtTime(from, at);
  tone.frequency.exponentialRampToValueAtTime(to, at + length);
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(loudness * 0.5, at + 0.008);
  shape.gain.exponentialRampToValueAtTime(0.0001, at + length);
  tone.connect(shape).connect(out);
  tone.start(at);
  tone.stop(at + length);
}
