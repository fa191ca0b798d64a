// A file of one's own, sent as what it is.
import { act } from './state.js';

function kindOf({ type, name }) {
  if (/^image\/(jpeg|png|gif)$/.test(type)) return 'image';
  if (/\.amr$/i.test(name)) return 'voice';
  return type === 'video/mp4' ? 'video' : 'file';
}

export async function send(event) {
  const [file] = event.target.files;
  event.target.value = '';
  if (!file) return;
  const kind = kindOf(file);
  act({ do: kind, title: file.name }, { file, thumb: kind === 'video' ? await firstFrame(file) : null });
}

// The picture that WeChat makes of a film; null when the browser cannot read it.
async function firstFrame(file) {
  const url = URL.createObjectURL(file);
  const video = Object.assign(document.createElement('video'), { muted: true, preload: 'auto', src: url });
  try {
    await new Promise((done, fail) => {
      video.onloadeddata = done;
      video.onerror = fail;
      setTimeout(fail, 5_000);
    });
    const canvas = document.createElement('canvas');
    canvas.width = 240;
    canvas.height = Math.round(240 * video.videoHeight / video.videoWidth);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
