// The emoticons of WeChat in a grid: arrow keys move, Enter inserts, Esc closes.
import { emoticons, nameOf, picture, recent, used } from '../lib/emoji.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Live } from './live.js';

class EmojiPicker extends Live {
  static properties = { pick: { attribute: false }, active: { state: true } };

  constructor() {
    super();
    this.active = 0;
    this.recent = recent(); // stays as it is while open: nothing moves under the pointer
  }

  connectedCallback() {
    super.connectedCallback();
    this.stop = new AbortController();
    const outside = ({ target }) => !this.contains(target) && !target.closest('.composer, [data-emoji]') && this.#close();
    document.addEventListener('pointerdown', outside, { signal: this.stop.signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop.abort();
  }

  firstUpdated() {
    this.querySelector('button')?.focus();
  }

  get shown() {
    return [...this.recent, ...emoticons.value];
  }

  render() {
    const { recent, active } = this;
    const name = this.shown[active] ? `[${nameOf(this.shown[active])}]` : '';
    return html`
      <div class="pop pop-dock emoji" role="dialog" aria-label=${t('composer.emoji')} @keydown=${this.#key}>
        <div class="emoji-scroll">
          ${recent.length ? html`<h2>${t('composer.emoji_recent')}</h2>${this.#grid(recent, 0)}` : nothing}
          <h2>${t('composer.emoji_all')}</h2>${this.#grid(emoticons.value, recent.length)}
        </div>
        <p class="emoji-foot"><span>${name}</span><span>${t('composer.emoji_foot')}</span></p>
      </div>`;
  }

  #grid(list, from) {
    return html`<div class="emoji-grid">${list.map((emoticon, i) => this.#button(emoticon, from + i))}</div>`;
  }

  #button(emoticon, at) {
    return html`<button type="button" class=${at === this.active ? 'is-active' : ''} tabindex=${at === this.active ? 0 : -1}
      aria-label=${nameOf(emoticon)} @focus=${() => (this.active = at)} @pointerenter=${() => (this.active = at)}
      @pointerdown=${(event) => event.preventDefault()} @click=${(event) => this.#choose(emoticon, event)}><img
      src=${picture(emoticon)} alt="" width="24" height="24" loading="lazy"></button>`;
  }

  // The mouse may want several; the keyboard goes on writing.
  #choose(emoticon, { detail }) {
    used(emoticon);
    this.pick(emoticon.insert);
    if (detail === 0) this.#close();
  }

  #close() {
    this.dispatchEvent(new Event('close'));
  }

  #key(event) {
    const to = this.#target(event.key);
    if (event.key === 'Escape') this.#close();
    else if (to !== undefined) this.querySelectorAll('button')[to].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Where a key leads from the active one. Rows are as wide as the style sheet makes them.
  #target(key) {
    const columns = getComputedStyle(this.querySelector('.emoji-grid')).gridTemplateColumns.split(' ').length;
    const rows = [...rowsOf(0, this.recent.length, columns), ...rowsOf(this.recent.length, this.shown.length, columns)];
    const at = rows.findIndex((row) => row.includes(this.active));
    const column = rows[at].indexOf(this.active);
    const beside = (row) => row && row[Math.min(column, row.length - 1)];
    return {
      ArrowRight: Math.min(this.active + 1, this.shown.length - 1),
      ArrowLeft: Math.max(this.active - 1, 0),
      ArrowDown: beside(rows[at + 1]),
      ArrowUp: beside(rows[at - 1]),
      Home: rows[at][0],
      End: rows[at].at(-1),
    }[key];
  }
}
customElements.define('kf-emoji', EmojiPicker);

function rowsOf(from, to, columns) {
  const rows = [];
  for (let at = from; at < to; at += columns) {
    rows.push(Array.from({ length: Math.min(columns, to - at) }, (_, i) => at + i));
  }
  return rows;
}
