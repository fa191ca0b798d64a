// A voice: recorded here or a file (custom/send, voice). A recording stays in this browser until it
// is sent. The transcript is ours: the customer gets the sound only.
import { words } from '../../lib/fields.js';
import { html } from '../../lib/html.js';
import { factsOf } from '../../lib/image.js';
import { Mic } from '../../lib/mic.js';
import { Playback, soundAt } from '../../lib/playback.js';
import { MOST, readSound, voiceFrom } from '../../lib/sound.js';
import { Editor } from '../editor.js';
import { icon } from '../icon.js';
import { recorded, uploaded } from './voicebox.js';
import { make } from './voicemake.js';

const SHORT = 0.5 * 8000; // samples: below it somebody only touched the button

class VoiceEditor extends Editor {
  static type = 'voice';
  static fields = { transcript: words(500) };
  static properties = {
    source: { state: true }, // mic or file
    making: { state: true }, // the sound is being read or converted
    bad: { state: true }, // a file that cannot go as it is: {name, fault, seconds, samples}
  };

  constructor() {
    super();
    Object.assign(this, { source: 'mic', making: false, bad: null });
    this.mic = new Mic(MOST, () => this.requestUpdate(), (samples) => this.#recorded(samples));
    this.playback = new Playback(() => this.requestUpdate());
    for (const type of ['keydown', 'keyup']) this.addEventListener(type, (event) => this.#space(event));
  }

  firstUpdated() {
    super.firstUpdated();
    this.#focus();
    if (this.unpacked) this.pack(); // the editor was closed meanwhile, or the codec failed
  }

  // The button that had the focus may be gone.
  updated() {
    if (document.activeElement === document.body) this.#focus();
  }

  #focus() {
    this.querySelector('button.rec-btn, .rec .btn')?.focus();
  }

  // Closing the editor ends a recording and keeps it.
  disconnectedCallback() {
    super.disconnectedCallback();
    this.playback.stop();
    this.mic.state === 'asking' ? this.mic.cancel() : this.mic.stop();
  }

  willUpdate(changes) {
    if (!this.hasUpdated && this.file('media')?.recorded !== true) this.source = this.file('media') ? 'file' : 'mic';
    super.willUpdate(changes);
  }

  // What there is of the source that is shown.
  get voice() {
    const voice = this.file('media');
    return voice && !voice.samples && Boolean(voice.recorded) === (this.source === 'mic') ? factsOf(voice) : null;
  }

  // The samples of a recording that is not AMR yet. They lie in the Draft until it is.
  get unpacked() {
    return this.source === 'mic' ? this.file('media')?.samples : undefined;
  }

  form() {
    return html`
      <fieldset class="seg seg-boxed"><legend class="sr">${this.word('source')}</legend>${this.#kind('mic', 'mic')}${this.#kind('file', 'upload')}</fieldset>
      ${this.source === 'mic' ? recorded(this) : uploaded(this)}
      ${this.field('transcript', { rows: 2, hint: this.word('transcript_hint') })}`;
  }

  #kind(source, drawing) {
    const choose = () => {
      this.playback.stop();
      this.mic.stop();
      Object.assign(this, { source, problem: '' });
    };
    return html`<label><input type="radio" name="voice-source" .checked=${this.source === source} @change=${choose}><span>${icon(drawing, 'i-14')}${this.word(source)}</span></label>`;
  }

  view() {
    const seconds = this.mic.state ? this.mic.seconds : (this.voice?.duration ?? 0) / 1000;
    return html`<div class="wx-voice-row"><div class="wx-bubble wx-voice wx-voice-long">${icon('volume-2')}<span>${seconds ? Math.max(1, Math.round(seconds)) : '…'}″</span></div></div>`;
  }

  missing() {
    if (this.mic.state) return this.word(this.mic.state);
    if (this.making) return this.word('making');
    if (this.unpacked) return this.word('fault.encoder');
    return this.voice ? '' : this.word(`first_${this.source}`);
  }

  reply() {
    const transcript = this.values.transcript?.trim();
    return { type: 'voice', body: transcript ? { transcript } : {}, media: this.sent('media') };
  }

  record() {
    this.problem = '';
    this.put('media', null);
    this.mic.start();
  }

  #recorded(samples) {
    if (samples.length < SHORT) this.problem = this.word('short');
    else this.pack(samples);
  }

  pack(samples = this.unpacked) {
    this.put('media', { samples, recorded: true });
    return make(this, voiceFrom(samples, 'voice.amr'), { recorded: true });
  }

  take(file) {
    Object.assign(this, { source: 'file', bad: null, problem: '' });
    this.playback.stop();
    this.put('media', null);
    return make(this, readSound(file), { name: file.name });
  }

  // The first minute of a file as AMR.
  convert() {
    const { name, samples } = this.bad;
    return make(this, voiceFrom(samples, `${name.replace(/\.\w+$/, '')}.amr`), { name });
  }

  // The space bar is the button, wherever the focus is but in a field or on another button.
  #space(event) {
    if (event.code !== 'Space' || this.source !== 'mic' || this.making || event.target.closest('textarea, .btn')) return;
    event.preventDefault();
    if (event.type === 'keyup') return this.mic.release(event.timeStamp);
    if (event.repeat) return;
    if (this.voice) this.toggle();
    else if (this.unpacked) this.pack();
    else this.mic.press(event.timeStamp);
  }

  toggle() {
    if (this.playback.at >= 0) this.playback.stop();
    else this.playback.start(this.voice.sound ?? soundAt(this.voice.url));
  }
}
customElements.define('kf-voice-editor', VoiceEditor);
