// Videos as WeChat takes them: MP4 of at most 10 MB, and pictures out of them for the cover.
import { frameAt, openFilm } from './frame.js';
import { prepareThumb, shown } from './image.js';
import { settings } from './state.js';

export const LIMIT = settings.video_limit ?? 10 * 1024 * 1024;

const CODECS = { avc1: 'H.264', avc3: 'H.264', hvc1: 'H.265', hev1: 'H.265', av01: 'AV1', vp09: 'VP9', mp4v: 'MPEG-4' };
const PLACES = [0.03, 0.25, 0.5, 0.8]; // of the length, where pictures are taken

export class FilmError extends Error {
  constructor(fault) {
    super(fault);
    this.fault = fault; // editor.video.fault.FAULT says it in words
  }
}

// {blob, name, duration in ms, width, height, codec, plays}; plays: whether this browser can.
export async function readFilm(file) {
  if (file.size > LIMIT) throw new FilmError('large');
  const bytes = new Uint8Array(await file.arrayBuffer());
  const brand = /^....ftyp(.{4})/s.exec(latin(bytes, 0, 12))?.[1];
  if (!brand) throw new FilmError('type');
  if (brand === 'qt  ') throw new FilmError('mov');
  const blob = new Blob([bytes], { type: 'video/mp4' });
  const codec = codecOf(bytes);
  const facts = { blob, name: file.name, duration: 0, width: 0, height: 0, codec, plays: false };
  const url = URL.createObjectURL(blob);
  const film = await openFilm(url).catch(() => null);
  URL.revokeObjectURL(url);
  if (!film?.videoWidth) return facts;
  return { ...facts, duration: film.duration * 1000, width: film.videoWidth, height: film.videoHeight, plays: true };
}

// Pictures of a video that plays, as covers: {frame: ms, blob, url, …}.
export async function framesOf({ url, duration }) {
  const film = await openFilm(url);
  const frames = [];
  for (const place of PLACES) {
    const blob = await frameAt(film, (place * duration) / 1000);
    frames.push({ ...(await prepareThumb(new File([blob], 'cover.jpg'))), frame: Math.round(place * duration) });
  }
  return frames.map(shown);
}

// What the pictures are coded in: the first name known in a sample description.
function codecOf(bytes) {
  const text = latin(bytes, 0, bytes.length);
  const pattern = /stsd.{12}(\w{4})/gs;
  const names = [...text.matchAll(pattern)].map(([, name]) => CODECS[name]);
  return names.find(Boolean) ?? '';
}

const decoder = new TextDecoder('latin1');
const latin = (bytes, from, to) => decoder.decode(bytes.subarray(from, to));
