// A video: its picture with a mark for the kind and its length, then the film in the same place.
import { html, LitElement, nothing } from '../lib/html.js';
import { formatClock, t } from '../lib/i18n.js';
import { addressOf, isReady } from '../lib/media.js';
import { icon } from './icon.js';
import { shape, unshown } from './media.js';

class Film extends LitElement {
  static properties = {
    media: { attribute: false },
    thumb: { attribute: false },
    kind: { attribute: false }, // the word for it: video or short video
    on: { state: true },
    bad: { state: true }, // the browser does not play it
  };

  createRenderRoot() {
    return this;
  }

  updated(changes) {
    if (changes.get('on') === undefined && this.on) this.querySelector('video')?.focus();
  }

  render() {
    const { media, thumb, kind } = this;
    const size = isReady(thumb) && thumb.width ? thumb : media;
    if (this.bad) return unshown('video', t('inbox.film.format'), media, kind);
    if (this.on) {
      return html`<video class="pic pic-film" controls autoplay playsinline tabindex="0" aria-label=${kind} src=${addressOf(media)}
        width=${size.width || 240} height=${size.height || 180} @error=${() => (this.bad = true)}></video>`;
    }
    const length = media.duration ? formatClock(media.duration) : '';
    return html`<button class=${`pic film ${shape(size)}`} type="button" @click=${() => (this.on = true)}>
      ${isReady(thumb) ? html`<img src=${addressOf(thumb)} alt="" width=${thumb.width || 240} height=${thumb.height || 180} loading="lazy" decoding="async">` : html`<span class="film-blank"></span>`}
      <span class="pic-play">${icon('play')}<span class="sr">${t('inbox.film.play')}</span></span> <span class="pic-kind">${kind}</span> ${length ? html`<span class="pic-len">${length}</span>` : nothing}</button>`;
  }
}
customElements.define('kf-film', Film);
