// A push as WeChat sent it, folded: fetched when somebody opens it.
import { html, LitElement, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';

class Raw extends LitElement {
  static properties = { message: { attribute: false }, text: { state: true }, failed: { state: true } };

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<details class="raw" @toggle=${this.#load}><summary>${t('inbox.card.raw')}</summary>
      ${this.text === undefined ? nothing : html`<pre class="raw-text" tabindex="0">${this.text}</pre>`}
      ${this.failed ? html`<p role="alert">${t('common.load_failed')}</p>` : nothing}</details>`;
  }

  async #load({ target }) {
    if (!target.open || this.text !== undefined) return;
    this.failed = false;
    try {
      const answer = await fetch(`/api/v1/messages/${this.message}/raw`, { signal: AbortSignal.timeout(20_000) });
      if (!answer.ok) throw new Error(answer.status);
      this.text = await answer.text();
    } catch {
      this.failed = true;
    }
  }
}
customElements.define('kf-raw', Raw);

// Only what came from WeChat has one.
export const raw = ({ id, dir }) => (id && dir !== 'out' ? html`<kf-raw .message=${id}></kf-raw>` : nothing);
