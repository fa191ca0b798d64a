// Records a voice as 8,000 samples a second, mono: what AMR-NB takes.
import { scriptAddress } from './trusted.js';

const RATE = 8000;
const HEARD = 3400; // Hz; what is above would come back as noise at the lower rate

export class RecorderError extends Error {
  constructor(code) {
    super(code);
    Object.assign(this, { name: 'RecorderError', code }); // denied, missing
  }
}

// Begins at once. onLevel(level 0..1, seconds) comes about 25 times a second. It ends by itself
// after most seconds or when the microphone goes away: then onEnd(samples) is called. stop() ends
// it and gives the samples too; cancel() forgets them. Each of the three frees the microphone.
export async function record({ most = 60, onLevel = () => {}, onEnd = () => {} } = {}) {
  const stream = await microphone();
  const context = new AudioContext();
  const pieces = [];
  let count = 0;
  let ended = null;

  function stop() {
    ended ??= finish(context, stream).then(() => resample(joined(pieces, count), context.sampleRate, most));
    return ended;
  }

  async function hear(piece) {
    if (ended) return;
    pieces.push(piece);
    count += piece.length;
    onLevel(level(piece), Math.min(most, count / context.sampleRate));
    if (count >= most * context.sampleRate) onEnd(await stop());
  }

  stream.getAudioTracks()[0].addEventListener('ended', async () => {
    if (!ended) onEnd(await stop());
  });
  try {
    await listen(context, stream, hear);
  } catch (error) {
    await finish(context, stream);
    throw error;
  }
  return {
    stop,
    cancel() {
      pieces.length = count = 0;
      stop();
    },
  };
}

async function microphone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new RecorderError('missing'); // plain http has none
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch ({ name }) {
    throw new RecorderError(['NotAllowedError', 'SecurityError'].includes(name) ? 'denied' : 'missing');
  }
}

// microphone → steep low-pass → tap. The tap makes no sound, but what leads nowhere is not run.
async function listen(context, stream, hear) {
  await context.audioWorklet.addModule(scriptAddress('js/worker/tap.js'));
  const tap = new AudioWorkletNode(context, 'tap', { channelCount: 1, channelCountMode: 'explicit' });
  tap.port.onmessage = ({ data }) => hear(data);
  const filters = [0.51, 0.6, 0.9, 2.56].map((Q) => // Butterworth, 48 dB an octave
    new BiquadFilterNode(context, { type: 'lowpass', frequency: HEARD, Q: 20 * Math.log10(Q) }));
  const chain = [context.createMediaStreamSource(stream), ...filters, tap, context.destination];
  chain.reduce((from, to) => from.connect(to));
  await context.resume();
}

async function finish(context, stream) {
  for (const track of stream.getTracks()) track.stop();
  if (context.state !== 'closed') await context.close();
}

function joined(pieces, count) {
  const all = new Float32Array(count);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

// Between two samples on a straight line: the low-pass has made that good enough.
function resample(samples, rate, most) {
  const step = rate / RATE;
  const length = Math.min(most * RATE, Math.floor(samples.length / step));
  return Float32Array.from({ length }, (_, i) => {
    const at = Math.floor(i * step);
    return samples[at] + (i * step - at) * ((samples[at + 1] ?? samples[at]) - samples[at]);
  });
}

// A voice is mostly between -50 and -5 dB.
function level(piece) {
  const power = piece.reduce((sum, value) => sum + value * value, 0) / piece.length;
  return Math.max(0, Math.min(1, (10 * Math.log10(power || 1e-9) + 50) / 45));
}
