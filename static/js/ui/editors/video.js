// A video with its cover, title and description (custom/send, video).
import { trimmed, words } from '../../lib/fields.js';
import { FilmError, framesOf, LIMIT, readFilm } from '../../lib/film.js';
import { html, nothing } from '../../lib/html.js';
import { formatClock, t } from '../../lib/i18n.js';
import { factsOf, prepareThumb, shown, sizeText } from '../../lib/image.js';
import { Editor } from '../editor.js';
import { icon } from '../icon.js';
import { wxPicture } from '../preview.js';
import { frames } from './frames.js';

class VideoEditor extends Editor {
  static type = 'video';
  static fields = { title: words(64), description: words(120) };
  static cover = { slot: 'thumb', prepare: prepareThumb };
  static properties = {
    frames: { state: true }, // pictures out of the video
    bad: { state: true }, // why a file was not taken: {name, fault}
  };

  constructor() {
    super();
    Object.assign(this, { frames: [], bad: null });
  }

  firstUpdated() {
    super.firstUpdated();
    if (this.file('media')) this.#look();
    else this.querySelector('.filerow .btn').focus();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#forget();
  }

  form() {
    return html`${this.#film()}${frames(this)}${this.field('title')}${this.field('description', { rows: 2 })}`;
  }

  get film() {
    const film = this.file('media');
    return film && factsOf(film);
  }

  #film() {
    const film = this.film;
    const size = film && html`<span class="field-count">${this.word('used', { size: sizeText(film.size), limit: sizeText(LIMIT).replace('.0', '') })}</span>`;
    const choose = ({ target }) => {
      if (target.files[0]) this.take(target.files[0]);
      target.value = '';
    };
    return html`
      <div class="field"><span class="field-label">${this.word('file')}${size ?? nothing}</span>
        <div class=${`filerow ${film ? '' : 'filerow-none'}`}>
          ${film ? this.#facts(film) : html`<span class="rec-btn">${icon(this.busy ? 'loader-circle' : 'video', this.busy ? 'spin' : '')}</span><p>${this.busy || this.word('none')}</p>`}
          <button class="btn btn-sm" type="button" ?disabled=${this.busy !== ''} @click=${() => this.querySelector('[accept^="video"]').click()}>${this.word(film ? 'other' : 'choose')}</button>
        </div>
        ${film?.codec !== undefined && film.codec !== 'H.264' ? html`<p class="field-hint hint-warn" role="status">${icon('triangle-alert')}<span>${this.word(film.plays ? 'codec' : 'unplayable', { codec: film.codec || this.word('unknown') })}</span></p>` : nothing}
        ${this.bad ? html`<p class="field-error" role="alert">${icon('circle-alert')}<span>${this.word(`fault.${this.bad.fault}`, { name: this.bad.name })}</span></p>` : nothing}
        <input type="file" accept="video/mp4,.mp4" hidden @change=${choose}>
      </div>`;
  }

  #facts({ name, duration, width, height, codec, size }) {
    const share = Math.min(100, Math.round((size / LIMIT) * 100));
    const known = width > 0 ? this.word('facts', { length: formatClock(duration), width, height }) : '';
    return html`${this.file('thumb') ? html`<img src=${this.file('thumb').url} alt="">` : html`<span class="film-none">${icon('video')}</span>`}
      <div><b>${name}</b><small>${[known, codec].filter(Boolean).join(this.word('comma'))}</small>
        <svg class="filebar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${this.word('share', { n: share })}><rect class="bar-track" width="100" height="4"></rect><rect class="bar-value" width=${share} height="4"></rect></svg>
      </div>`;
  }

  view() {
    const { film } = this;
    return html`<div class="wx-video">${wxPicture(this.file('thumb'))}<span class="pic-play">${icon('play')}</span>${film?.duration ? html`<span class="pic-len">${formatClock(film.duration)}</span>` : nothing}</div>`;
  }

  missing() {
    if (!this.file('media')) return this.word('first_file');
    return this.file('thumb') ? '' : t('editor.first_cover');
  }

  reply() {
    return { type: 'video', body: trimmed(this.fields, this.values), media: this.sent('media'), thumb: this.sent('thumb') };
  }

  // Pasted and dropped files: pictures are covers.
  take(file) {
    if (file.type.startsWith('image/')) super.take(file);
    else this.#take(file);
  }

  async #take(file) {
    Object.assign(this, { busy: this.word('reading'), bad: null, problem: '' });
    try {
      const film = shown(await readFilm(file));
      this.put('media', film);
      if (this.file('thumb')?.frame !== undefined) this.put('thumb', null); // it was one of the video before
      this.#forget();
      await this.#look();
    } catch (error) {
      if (!(error instanceof FilmError)) throw error;
      this.bad = { name: file.name, fault: error.fault };
    } finally {
      this.busy = '';
    }
  }

  // The second picture is the cover until another one is chosen: the first is often black.
  async #look() {
    const film = this.file('media');
    if (film.plays === false) return;
    const found = await framesOf(this.film).catch(() => []);
    if (!this.isConnected || this.file('media')?.blob !== film.blob) return found.forEach(revoke);
    this.frames = found;
    if (!this.file('thumb') && found.length) this.choose(found[1]);
  }

  choose({ url, ...picture }) {
    this.put('thumb', shown(picture));
  }

  #forget() {
    this.frames.forEach(revoke);
    this.frames = [];
  }
}
customElements.define('kf-video-editor', VideoEditor);

const revoke = ({ url }) => URL.revokeObjectURL(url);
