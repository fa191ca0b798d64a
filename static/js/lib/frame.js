// Pictures out of a film.
import { within } from './within.js';

// The film at an address, ready to be looked at; rejects where the browser does not play it.
export function openFilm(url) {
  const film = Object.assign(document.createElement('video'), { muted: true, preload: 'auto' });
  return within(new Promise((resolve, reject) => {
    film.onloadeddata = () => resolve(film);
    film.onerror = () => reject(new Error('film: the browser does not play it'));
    film.src = url;
  }));
}

// What it shows after so many seconds, as JPEG; rejects where the browser does not get there.
export async function frameAt(film, seconds, width = film.videoWidth) {
  const there = new Promise((done) => (film.onseeked = done));
  film.currentTime = seconds;
  await within(there);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, Math.round((width * film.videoHeight) / film.videoWidth)];
  canvas.getContext('2d').drawImage(film, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
}
