// A recording from the first press of a button to its samples, for an element that shows it.
import { record } from './recorder.js';

const HOLD = 400; // ms: a key that is held longer is a key to talk
const BARS = 28;

export class Mic {
  state = ''; // asking, live or ''
  off = ''; // why there is no microphone: denied, missing
  seconds = 0;
  levels = []; // the last ones, 0..1
  #recording = null;
  #held = 0;
  #released = false;

  // changed() when there is something new to show, done(samples) when a recording has ended.
  constructor(most, changed, done) {
    Object.assign(this, { most, changed, done });
  }

  async start() {
    this.#set({ state: 'asking', off: '', seconds: 0, levels: [] });
    let calls = 0;
    const onLevel = (level, seconds) => {
      if (calls++ % 5 === 0) this.#set({ seconds, levels: [...this.levels.slice(1 - BARS), level] }); // five bars a second
    };
    try {
      const recording = await record({ most: this.most, onLevel, onEnd: (samples) => this.#end(samples) });
      if (this.state !== 'asking') return recording.cancel(); // called off meanwhile
      this.#recording = recording;
      this.#set({ state: 'live' });
      if (this.#released) this.stop();
    } catch (error) {
      this.#set({ state: '', off: error.code });
      if (error.name !== 'RecorderError') throw error;
    } finally {
      this.#released = false;
    }
  }

  async stop() {
    const recording = this.#recording;
    this.#recording = null;
    if (recording) this.#end(await recording.stop());
  }

  cancel() {
    this.#recording?.cancel();
    this.#recording = null;
    this.#set({ state: '' });
  }

  // A key that starts, or stops what has been started; held down it records while it is held.
  press(now) {
    if (this.state === 'live') return this.stop();
    if (this.state) return;
    this.#held = now;
    this.start();
  }

  release(now) {
    const held = this.#held && now - this.#held > HOLD;
    this.#held = 0;
    if (!held) return;
    if (this.state === 'asking') this.#released = true;
    else this.stop();
  }

  #end(samples) {
    this.#recording = null;
    this.#set({ state: '' });
    this.done(samples);
  }

  #set(values) {
    Object.assign(this, values);
    this.changed();
  }
}
