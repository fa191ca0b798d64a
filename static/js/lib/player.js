// Plays voices, one at a time.
import { batch, signal } from './html.js';
import { read, write } from './local.js';
import { keyOf, prepare, spoil, voiceOf } from './voices.js';

const SPEEDS = [1, 1.5, 2];
const SPEED = 'kf.speed';
const silent = { key: 0, state: 'idle', at: 0 };

export const playing = signal(silent); // state: idle, loading, playing, paused; at: seconds
export const speed = signal(SPEEDS.includes(read(SPEED, 1)) ? read(SPEED, 1) : 1);

const audio = new Audio();

// Plays a voice, or pauses it; whatever else was playing ends.
export async function toggle(media) {
  const key = keyOf(media);
  const { state } = playing.value;
  if (playing.value.key === key && state !== 'idle') {
    if (state === 'playing') audio.pause();
    else if (state === 'paused') await audio.play().catch(() => {});
    return;
  }
  audio.pause();
  playing.value = { key, state: 'loading', at: 0 };
  await prepare(media);
  if (playing.value.key !== key) return; // another one was chosen meanwhile
  const { url } = voiceOf(media).value;
  if (!url) return stop(media);
  audio.src = url;
  audio.playbackRate = audio.defaultPlaybackRate = speed.value;
  await audio.play().catch(({ name }) => name === 'NotAllowedError' && stop(media));
}

// Its bubble is gone, or it cannot be played.
export function stop(media) {
  if (playing.peek().key !== keyOf(media)) return;
  playing.value = silent;
  audio.pause();
}

// share: 0 is the beginning, 1 the end.
export function seek(media, share) {
  if (playing.value.key === keyOf(media) && audio.duration) audio.currentTime = share * audio.duration;
}

export function faster() {
  speed.value = SPEEDS[(SPEEDS.indexOf(speed.value) + 1) % SPEEDS.length];
  audio.playbackRate = audio.defaultPlaybackRate = speed.value;
  write(SPEED, speed.value);
}

function now(state) {
  if (playing.peek().key) playing.value = { ...playing.peek(), state, at: audio.currentTime };
}

audio.onplaying = () => now('playing');
audio.onpause = () => playing.peek().state === 'playing' && now('paused');
audio.ontimeupdate = () => now(playing.peek().state);
audio.onended = () => {
  playing.value = silent;
};
audio.onerror = () => batch(() => {
  spoil(playing.peek().key);
  playing.value = silent;
});

// A film that starts silences the voice, and the other way round.
document.addEventListener('play', ({ target }) => {
  if (target instanceof HTMLMediaElement) audio.pause();
}, true);
audio.onplay = () => {
  for (const film of document.querySelectorAll('video')) film.pause();
};
