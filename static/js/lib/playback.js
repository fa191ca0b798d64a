// Plays a sound that has no place in the thread yet.
export class Playback {
  at = -1; // seconds, -1 for silence
  #audio = null;

  constructor(changed) {
    this.changed = changed;
  }

  // sound: a Blob, or the promise of one.
  async start(sound) {
    this.stop();
    const audio = new Audio();
    this.#audio = audio;
    this.#set(0);
    const blob = await Promise.resolve(sound).catch(() => null);
    if (audio !== this.#audio) return;
    if (!blob) return this.stop();
    audio.src = URL.createObjectURL(blob);
    audio.ontimeupdate = () => audio === this.#audio && this.#set(audio.currentTime);
    audio.onended = () => audio === this.#audio && this.stop();
    audio.play().catch(() => audio === this.#audio && this.stop());
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
