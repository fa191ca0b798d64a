// A picture of a message. What is broken or of a kind that no browser shows can be downloaded.
import { html, LitElement } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { addressOf } from '../lib/media.js';
import { shape, unshown } from './media.js';

class Picture extends LitElement {
  static properties = {
    media: { attribute: false },
    open: { attribute: false }, // what a click does
    bad: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  willUpdate(changes) {
    if (changes.has('media')) this.bad = false;
  }

  render() {
    const { media, open } = this;
    if (this.bad) return unshown('image', t('inbox.media.format'), media, t('inbox.type.image'));
    return html`<a class=${`pic ${shape(media)}`} href=${addressOf(media)} target="_blank" aria-label=${t('inbox.media.open')} @click=${open}>
      <img src=${addressOf(media)} alt=${t('inbox.media.image_alt')} width=${media.width || 200} height=${media.height || 150} loading="lazy" decoding="async"
        @error=${() => (this.bad = true)}></a>`;
  }
}
customElements.define('kf-picture', Picture);
