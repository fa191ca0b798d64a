// Plays a sound that has no place in the thread.
import { decode } from './amr.js';
import { typeOf } from './soundtype.js';

export class Playback {
  at = -1; // seconds, -1 for silence
  #audio = null;

  // changed() when there is something new to show, failed() when a sound cannot be played.
  constructor(changed, failed = () => {}) {
    Object.assign(this, { changed, failed });
  }

  // sound: a Blob, or the promise of one.
  async start(sound) {
    this.stop();
    const audio = new Audio();
    this.#audio = audio;
    this.#set(0);
    const fail = () => {
      if (audio !== this.#audio) return;
      this.stop();
      this.failed();
    };
    const blob = await Promise.resolve(sound).catch(() => null);
    if (!blob) return fail();
    if (audio !== this.#audio) return;
    audio.src = URL.createObjectURL(blob);
    audio.ontimeupdate = () => audio === this.#audio && this.#set(audio.currentTime);
    audio.onended = () => audio === this.#audio && this.stop();
    audio.play().catch(fail);
  }

  stop() {
    if (!this.#audio) return;
    this.#audio.pause();
    if (this.#audio.src) URL.revokeObjectURL(this.#audio.src);
    this.#audio = null;
    this.#set(-1);
  }

  #set(at) {
    this.at = at;
    this.changed();
  }
}

// A voice on the server as something that a browser plays.
export async function soundAt(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`voice: ${answer.status}`);
  const buffer = await answer.arrayBuffer();
  const type = typeOf(new Uint8Array(buffer));
  return type === 'audio/amr' ? (await decode(buffer)).wav : new Blob([buffer], { type });
}
