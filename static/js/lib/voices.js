// What this tab has learned of each voice: whether it can be played, how long and how loud it is.
import { decode } from './amr.js';
import { signal } from './html.js';
import { addressOf } from './media.js';
import { peaks } from './peaks.js';
import { typeOf } from './soundtype.js';

const KEPT = 30; // sounds in memory, at most a megabyte each
const LARGEST = 5 * 1024 * 1024;

const voices = new Map(); // key → signal of {state: waiting, ready, failed; url, seconds, peaks, reason}
const work = new Map(); // key → promise
const sounds = []; // keys of those with a url, oldest first

export const keyOf = ({ id, url }) => id || url;

export function voiceOf(media) {
  const key = keyOf(media);
  if (!voices.has(key)) voices.set(key, signal({ state: 'waiting', url: '', seconds: 0, peaks: null, reason: '' }));
  return voices.get(key);
}

// Fetches a voice and makes it playable. Never throws: a fault is a state, and is tried again
// the next time if it may pass.
export function prepare(media) {
  const key = keyOf(media);
  const voice = voiceOf(media);
  const { url, state, reason } = voice.peek();
  if (url || (state === 'failed' && reason !== 'network')) return Promise.resolve();
  if (!work.has(key)) {
    work.set(key, read(media).then((known) => {
      voice.value = { ...voice.peek(), reason: '', ...known };
      if (known.url) keep(key);
    }).finally(() => work.delete(key)));
  }
  return work.get(key);
}

// The browser could not play it after all.
export function spoil(key) {
  const voice = voices.get(key);
  if (voice) voice.value = { ...voice.peek(), state: 'failed', reason: 'format' };
}

async function read(media) {
  let buffer;
  try {
    const answer = media.blob ? new Response(media.blob) : await fetch(addressOf(media));
    if (!answer.ok) throw new Error(`voice: ${answer.status}`);
    if (Number(answer.headers.get('Content-Length')) > LARGEST) return { state: 'failed', reason: 'format' };
    buffer = await answer.arrayBuffer();
  } catch {
    return { state: 'failed', reason: 'network' };
  }
  const type = typeOf(new Uint8Array(buffer));
  if (!type) return { state: 'failed', reason: 'format' };
  return (type === 'audio/amr' ? narrow : other)(buffer, type);
}

async function narrow(buffer) {
  try {
    const { wav, ...known } = await decode(buffer);
    return { state: 'ready', url: URL.createObjectURL(wav), ...known };
  } catch (error) {
    console.warn('voice', error.message);
    return { state: 'failed', reason: 'format' };
  }
}

// The browser plays these by itself; the wave is an extra.
async function other(buffer, type) {
  const url = URL.createObjectURL(new Blob([buffer], { type }));
  try {
    const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(buffer);
    return { state: 'ready', url, seconds: sound.duration, peaks: peaks(sound.getChannelData(0)) };
  } catch {
    return { state: 'ready', url };
  }
}

// The oldest sounds give way; their waves stay.
function keep(key) {
  sounds.push(key);
  if (sounds.length <= KEPT) return;
  const voice = voices.get(sounds.shift());
  URL.revokeObjectURL(voice.peek().url);
  voice.value = { ...voice.peek(), url: '' };
}
