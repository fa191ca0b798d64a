// The files of a reply: media, and thumb of those types that have two.
import { upload } from './upload.js';

const uploads = new Map(); // client id → AbortController

export const stopFiles = (clientId) => uploads.get(clientId)?.abort();

// A file as a MEDIA that the server does not have yet. Its blob stays with it: the content policy
// lets elements show an address of a blob, but fetch nothing from it.
export function known(file) {
  if (!file.blob || file.id) return file;
  const { blob, url, ...facts } = file;
  return { ...facts, id: 0, state: 'ready', mime: blob.type, size: blob.size, blob, url: URL.createObjectURL(blob) };
}

// The ids of its files on the server, after those that are not there yet went up one by one.
export async function filesOf({ client_id, account, type, files = {}, media, thumb }, change) {
  const rows = { media, thumb };
  const waiting = Object.keys(rows).filter((slot) => rows[slot] && !rows[slot].id);
  const total = waiting.reduce((sum, slot) => sum + files[slot].blob.size, 0);
  let gone = 0;
  for (const slot of waiting) {
    const { blob, name } = files[slot];
    const abort = new AbortController();
    uploads.set(client_id, abort);
    const onProgress = (part) => change({ progress: (gone + part * blob.size) / total });
    const stored = await upload(blob, { account, kind: kindOf(type, slot), name, onProgress, signal: abort.signal })
      .finally(() => uploads.delete(client_id));
    gone += blob.size;
    rows[slot] = { ...stored, blob, url: rows[slot].url };
    change({ progress: gone / total, [slot]: rows[slot] });
  }
  return { media: rows.media?.id, thumb: rows.thumb?.id };
}

// What WeChat will call the file: the picture of a mini program is no thumb.
export function kindOf(type, slot) {
  if (slot === 'thumb' && type !== 'miniprogrampage') return 'thumb';
  return ['voice', 'video'].includes(type) && slot === 'media' ? type : 'image';
}
