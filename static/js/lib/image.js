// Makes a picture fit for WeChat in the browser: PNG, JPEG and GIF go as they are, what else the
// browser can read becomes JPEG, large ones are scaled down (media/upload, media/uploadimg).
import { settings } from './state.js';

const MB = 1024 * 1024;
const LIMIT = settings.image_limit ?? 10 * MB;
const SCALE_ABOVE = settings.image_scale_above ?? 2 * MB;
const PLAIN = ['image/png', 'image/jpeg'];

export class PictureError extends Error {
  constructor(code) {
    super(code);
    this.code = code; // composer.picture.CODE says it in words
  }
}

// A reply's picture: {blob, name, width, height, was}, was: converted, scaled or ''.
export const preparePicture = (file) => prepare(file, { limit: SCALE_ABOVE, plain: [...PLAIN, 'image/gif'] });

// The cover of a card: JPEG or PNG of at most 1 MB.
export const prepareCover = (file) => prepare(file, { limit: MB, plain: PLAIN });

// The thumb of music and videos: JPEG of at most 64 KB.
export const prepareThumb = (file) => prepare(file, { limit: 64 * 1024, plain: ['image/jpeg'], longest: 720 });

// With an address for <img>; forgotten by whoever takes the picture out again.
export const shown = (picture) => ({ ...picture, url: URL.createObjectURL(picture.blob) });

// What is known of a file in a draft, whether it is here or on the server already.
export const factsOf = (file) => ({ ...file.media, ...file, size: (file.blob ?? file.media).size });

async function prepare(file, { limit, plain, longest = Infinity }) {
  if (file.size > LIMIT) throw new PictureError('too_large');
  const type = await typeOf(file);
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new PictureError(type === 'image/heic' ? 'heic' : type ? 'broken' : 'type');
  });
  const { width, height } = bitmap;
  const name = file.name || 'image';
  const keep = plain.includes(type) && (file.size <= limit || type === 'image/gif');
  const made = keep ? null : await shrink(bitmap, limit, longest);
  bitmap.close();
  if (keep) return { blob: new Blob([file], { type }), name, width, height, was: '' };
  return { ...made, name: name.replace(/\.\w+$/, '') + '.jpg', was: made.width < width ? 'scaled' : 'converted' };
}

// As JPEG, on white, smaller and smaller until it is below the limit.
async function shrink(bitmap, limit, longest) {
  for (let scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height)); ; scale *= 0.8) {
    const canvas = document.createElement('canvas');
    const width = (canvas.width = Math.max(1, Math.round(bitmap.width * scale)));
    const height = (canvas.height = Math.max(1, Math.round(bitmap.height * scale)));
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
    if (blob && blob.size <= limit) return { blob, width, height };
    if (width * height < 10_000) throw new PictureError('broken');
  }
}

// By the first bytes: names and types of files lie. '' for what is no picture that we know.
async function typeOf(file) {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (text.startsWith('\x89PNG')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('GIF8')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  if (/^....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)/s.test(text)) return 'image/heic';
  return /^....ftypavi[fs]/s.test(text) ? 'image/avif' : '';
}

// The pictures of a paste or a drop. Office programs paste text with a picture of it: text wins.
export function picturesIn(data) {
  const types = [...data.types];
  if (types.includes('text/plain') && types.includes('text/html')) return [];
  return [...data.files];
}

export const sizeText = (bytes) => (bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MB).toFixed(1)} MB`);
