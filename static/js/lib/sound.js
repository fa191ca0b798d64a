// Sounds as WeChat takes a voice: AMR-NB or MP3, at most 60 s and 2 MB. What else the browser can
// read becomes AMR.
import { decode, encode } from './amr.js';
import { peaks } from './peaks.js';
import { typeOf, VOICES } from './soundtype.js';
import { settings } from './state.js';
import { within } from './within.js';

const MB = 1024 * 1024;
const RATE = 8000;
export const LIMIT = settings.voice_limit ?? 2 * MB;
const LARGEST = 30 * MB; // what is read at all: decoded it takes many times the memory
const LONGEST = 600;

export const MOST = 60; // seconds

// fault: editor.voice.fault.FAULT says it in words. seconds and samples, if voiceFrom() can make a
// voice of it.
export class SoundError extends Error {
  constructor(fault, rest) {
    super(fault);
    Object.assign(this, { fault, ...rest });
  }
}

// A recording as a file for WeChat: {blob, name, duration in ms, peaks, sound: what a browser plays}.
// A codec that fails is a SoundError.
export async function voiceFrom(samples, name) {
  try {
    const blob = await encode(samples.subarray(0, MOST * RATE));
    const { wav, seconds, peaks: loudness } = await decode(await blob.arrayBuffer());
    return { blob, name, duration: seconds * 1000, peaks: loudness, sound: wav };
  } catch (error) {
    console.warn('voice', error.message);
    throw new SoundError('encoder', { seconds: samples.length / RATE, samples });
  }
}

// The same of a file that WeChat takes as it is. Any other is a SoundError: long, large or format
// can be helped.
export async function readSound(file) {
  if (file.size > LARGEST) throw new SoundError('huge');
  const buffer = await file.arrayBuffer().catch(broken);
  const bytes = new Uint8Array(buffer);
  const type = typeOf(bytes);
  const sound = type === 'audio/amr' ? await wavOf(buffer) : file;
  if (await lengthOf(sound) > LONGEST) throw new SoundError('longest');
  const samples = await samplesOf(await sound.arrayBuffer());
  const seconds = samples.length / RATE;
  const fault = seconds > MOST ? 'long' : !VOICES.includes(type) ? 'format' : file.size > LIMIT ? 'large' : '';
  if (fault) throw new SoundError(fault, { seconds, samples });
  return { blob: new Blob([bytes], { type }), name: file.name, duration: seconds * 1000, peaks: peaks(samples), sound };
}

const wavOf = (buffer) => decode(buffer).then(({ wav }) => wav, broken);

function broken() {
  throw new SoundError('broken');
}

// Some files do not say how long they are: Infinity, and they are read.
function lengthOf(blob) {
  const audio = new Audio();
  const url = URL.createObjectURL(blob);
  const length = new Promise((resolve, reject) => {
    audio.onloadedmetadata = () => resolve(Number.isFinite(audio.duration) ? audio.duration : 0);
    audio.onerror = reject;
  });
  audio.src = url;
  const told = within(length).catch(() => {
    throw new SoundError('type');
  });
  return told.finally(() => URL.revokeObjectURL(url));
}

// Mono, 8,000 a second.
async function samplesOf(buffer) {
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(buffer).catch(broken);
  const all = Float32Array.from(sound.getChannelData(0));
  for (let i = 1; i < sound.numberOfChannels; i++) sound.getChannelData(i).forEach((value, at) => (all[at] += value));
  return sound.numberOfChannels === 1 ? all : all.map((value) => value / sound.numberOfChannels);
}
