// AMR-NB, the format of WeChat's voices. No browser plays it: a worker, made on first use, does.
import { peaks } from './peaks.js';
import { scriptAddress } from './trusted.js';

const MAGIC = '#!AMR\n';
const SIZES = [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0]; // bytes after the first, by frame type
const WAV_HEAD = 44;
const MOST = 10 * 60 * 50; // frames of ten minutes: more is no voice, and would fill the memory

let worker = null;
let last = 0;
const waiting = new Map(); // id → {resolve, reject}

// {wav: Blob, seconds, peaks: how loud it is over time, 0..1}. Throws when the bytes are not AMR-NB.
export async function decode(buffer) {
  const bytes = new Uint8Array(buffer);
  const frames = countFrames(bytes);
  if (!frames || frames > MOST) throw new Error(`amr: ${frames} frames`);
  const { wav, seconds } = await ask({ decode: bytes });
  const loudness = peaks(new Int16Array(wav, WAV_HEAD));
  return { wav: new Blob([wav], { type: 'audio/wav' }), seconds, peaks: loudness };
}

// samples: Float32Array, mono, 8000 a second.
export async function encode(samples) {
  const { amr } = await ask({ encode: samples });
  return new Blob([amr], { type: 'audio/amr' });
}

export const isAMR = (bytes) => MAGIC === String.fromCharCode(...bytes.subarray(0, MAGIC.length));

// 20 ms each; 0 when it is something else. A frame that is cut off does not count.
export function countFrames(bytes) {
  if (!isAMR(bytes)) return 0;
  let frames = 0;
  for (let at = MAGIC.length; at < bytes.length; frames++) {
    at += 1 + SIZES[(bytes[at] >> 3) & 15];
    if (at > bytes.length) break;
  }
  return frames;
}

function ask(question) {
  worker ??= start();
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, ...question });
  });
}

function start() {
  const made = new Worker(scriptAddress('js/worker/amr.js'));
  made.onmessage = ({ data: { id, error, ...answer } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(answer);
  };
  made.onerror = (event) => {
    event.preventDefault();
    fail(new Error(event.message || 'amr: the worker did not start'));
  };
  return made;
}

// Everything that waits is told; the next question gets a new worker.
function fail(error) {
  worker?.terminate();
  worker = null;
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}
