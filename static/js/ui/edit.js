// A text that is changed where it stands: Enter or the button saves, Esc leaves it as it was.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { grow } from './field.js';
import { Live } from './live.js';

class Edit extends Live {
  static properties = {
    value: { attribute: false },
    label: { attribute: false },
    hint: { attribute: false },
    most: { attribute: false }, // characters
    tall: { attribute: false }, // it may have several lines
    save: { attribute: false }, // (text) => a promise
    close: { attribute: false },
    busy: { state: true },
    error: { state: true },
  };

  get field() {
    return this.querySelector('.input, .textarea');
  }

  firstUpdated() {
    this.opener = document.activeElement;
    this.field.focus();
    this.field.select();
  }

  render() {
    const { value, label, most, error } = this;
    const describedby = error ? 'edit-error' : nothing;
    return html`
      <form class="edit" @submit=${this.#submit} @keydown=${this.#key}>
        ${this.tall
          ? html`<textarea class="textarea" rows="2" maxlength=${most} aria-label=${label} aria-describedby=${describedby} .value=${value} @input=${({ target }) => grow(target)}></textarea>`
          : html`<input class="input" type="text" maxlength=${most} aria-label=${label} aria-describedby=${describedby} .value=${value}>`}
        ${error ? html`<p class="field-error" id="edit-error" role="alert">${error}</p>` : nothing}
        ${this.hint ? html`<p class="field-hint">${this.hint}</p>` : nothing}
        <div class="edit-acts"><button class="btn btn-quiet btn-sm" type="button" @click=${() => this.#leave()}>${t('common.cancel')}</button>
          <button class="btn btn-primary btn-sm" type="submit" ?disabled=${this.busy}>${t('common.save')}</button></div>
      </form>`;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    try {
      await this.save(this.field.value.trim());
      this.#leave();
    } catch (error) {
      this.error = error.text ?? String(error);
    }
    this.busy = false;
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#leave();
    } else if (event.key === 'Enter' && this.tall && !event.shiftKey) this.#submit(event);
  }

  #leave() {
    this.close();
    if (this.opener?.isConnected) this.opener.focus();
  }
}
customElements.define('kf-edit', Edit);
