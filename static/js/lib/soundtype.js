// What a sound is, by its first bytes: what its sender called it says little.
import { isAMR } from './amr.js';

export const VOICES = ['audio/amr', 'audio/mpeg']; // what WeChat takes

// '' for what no browser plays, such as wide-band AMR and Speex.
export function typeOf(bytes) {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  const [first, second] = bytes;
  if (isAMR(bytes)) return 'audio/amr';
  if (/^RIFF....WAVE/s.test(head)) return 'audio/wav';
  if (head.startsWith('OggS')) return 'audio/ogg';
  if (/^....ftyp/s.test(head)) return 'audio/mp4';
  if (head.startsWith('ID3') || (first === 0xff && (second & 0xe6) === 0xe2)) return 'audio/mpeg'; // layer III
  return first === 0xff && (second & 0xf6) === 0xf0 ? 'audio/aac' : '';
}
