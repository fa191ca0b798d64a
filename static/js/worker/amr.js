// Runs the AMR codec outside of the page: {id, encode: samples} → {id, amr},
// {id, decode: bytes} → {id, wav, seconds}; {id, error} when that failed.
const RATE = 8000;
const FRAME = 160; // samples, 20 ms

const codec = new URL('../../vendor/amrnb-1.1.5/amrnb.js', self.location).href;
const policy = self.trustedTypes?.createPolicy('app', {
  createScriptURL(url) {
    if (url === codec) return url;
    throw new TypeError(`not ours: ${url}`);
  },
});
importScripts(policy ? policy.createScriptURL(codec) : codec); // sets AMR, and a handler that ours replaces

self.onmessage = ({ data: { id, encode, decode } }) => {
  try {
    const answer = encode ? { amr: toAMR(encode) } : toWAV(decode);
    self.postMessage({ id, ...answer }, Object.values(answer).filter((value) => value instanceof ArrayBuffer));
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};

// The codec leaves the last frame out: one more of silence is left out instead. MR122, as phones do.
function toAMR(samples) {
  const padded = new Float32Array((Math.ceil(samples.length / FRAME) + 1) * FRAME);
  padded.set(samples.map((value) => Math.max(-1, Math.min(1, value))));
  return self.AMR.encode(padded, RATE, self.AMR.Mode.MR122).slice().buffer;
}

// The codec stops early when its guess of the length (6 bytes a frame) is met exactly. Filler that
// is too short for a frame gives a length with which it never is.
function toWAV(bytes) {
  const padded = new Uint8Array(bytes.length + 1 + ((6 - (bytes.length % 6)) % 6)).fill(0x3c, bytes.length);
  padded.set(bytes);
  const samples = self.AMR.decode(padded);
  if (!samples?.length) throw new Error('not AMR');
  return { wav: wave(samples), seconds: samples.length / RATE };
}

function wave(samples) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, value * 32768)), true));
  return view.buffer;
}
