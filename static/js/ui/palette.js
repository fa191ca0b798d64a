// Search and commands in one field. The focus stays in it; the arrows move through the list below.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { offer, use } from '../lib/palette.js';
import { pieces } from '../lib/rank.js';
import { conversations } from '../lib/state.js';
import { show } from './acts.js';
import { identicon } from './avatar.js';
import { icon } from './icon.js';
import { keycaps } from './keycap.js';
import { Live } from './live.js';

export function openPalette() {
  document.body.append(document.createElement('kf-palette'));
}

class Palette extends Live {
  static properties = { typed: { state: true }, at: { state: true } };

  constructor() {
    super();
    this.typed = '';
    this.at = ''; // the id of what is chosen, '' for the first that can be done
    this.chosen = null; // what to do when the dialog has closed
  }

  get dialog() {
    return this.querySelector('dialog');
  }

  firstUpdated() {
    this.dialog.showModal();
  }

  willUpdate(changes) {
    if (changes.has('typed')) this.#offer();
    const find = (fits) => this.items.findIndex(fits);
    const kept = find(({ id }) => id === this.at);
    this.now = kept < 0 ? Math.max(0, find(({ reason }) => !reason)) : kept;
  }

  // What is offered stays while one chooses: in a busy inbox it would slide away from under the arrow.
  #offer() {
    this.groups = offer(this.typed, show);
    this.items = this.groups.flatMap(({ items }) => items);
  }

  render() {
    const any = this.items.length > 0;
    return html`
      <dialog class="dialog palette" aria-label=${t('keys.do.palette')} @close=${this.#closed} @keydown=${this.#key} @click=${this.#outside}>
        <div class="palette-input">${icon('search')}<input type="text" autofocus autocomplete="off" spellcheck="false" enterkeyhint="go" role="combobox" aria-autocomplete="list"
          aria-expanded=${any} aria-controls="palette-list" aria-activedescendant=${any ? `palette-${this.now}` : nothing}
          aria-label=${t('keys.palette.field')} placeholder=${t('keys.palette.field')} @input=${this.#input} @compositionend=${this.#input}>
          <button class="palette-esc" type="button" aria-label=${`Esc ${t('common.close')}`} @click=${() => this.dialog.close()}>${keycaps('Escape')}</button></div>
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=${t('keys.palette.results')} ?hidden=${!any}>${this.groups.map((group) => this.#group(group))}</ul>
        ${any ? nothing : html`<p class="palette-none" role="status">${t('keys.palette.none', { words: this.typed.trim() })}</p>`}
        <div class="keysbar" aria-hidden="true"><span><span class="keys">${keycaps('ArrowUp')}${keycaps('ArrowDown')}</span>${t('keys.palette.choose')}</span>
          <span>${keycaps('Enter')}${t('keys.palette.open')}</span><span>${keycaps('>')}${t('keys.palette.only')}</span>
          <span class="end">${t('keys.palette.count', { n: conversations.size })}</span></div>
      </dialog>`;
  }

  #group({ area, items }) {
    return html`<li class="menu-label" role="presentation">${t(`keys.area.${area}`)}</li>${items.map((item) => this.#item(item))}`;
  }

  #item(item) {
    const at = this.items.indexOf(item);
    const on = at === this.now;
    return html`<li class="menu-item" id=${`palette-${at}`} role="option" data-id=${item.id} aria-selected=${on} aria-disabled=${Boolean(item.reason)}
      @pointermove=${() => (this.at = item.id)} @click=${() => this.#choose(item)}>
      ${item.openid ? identicon(item.openid, 'idn-20') : icon(item.icon)}<span class="palette-name">${marked(item.label, item.hits)}</span>
      ${item.reason || item.sub ? html`<span class="sub">${item.reason || marked(item.sub, item.subHits)}</span>` : nothing}
      ${item.keys?.length ? keycaps(item.keys[0]) : on ? keycaps('Enter') : nothing}</li>`;
  }

  updated(changes) {
    if (changes.has('typed') || changes.has('at')) this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  // A word that is still being composed is none yet.
  #input(event) {
    if (event.isComposing || event.target.value === this.typed) return;
    this.typed = event.target.value;
    this.at = '';
  }

  // For a moment a closed one has the focus still: its keys are the page's.
  #key(event) {
    if (!this.dialog.open) return;
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    const last = this.items.length - 1;
    const to = { ArrowDown: this.now + 1, ArrowUp: this.now - 1, PageDown: Math.min(last, this.now + 8), PageUp: Math.max(0, this.now - 8) }[event.key];
    if (to !== undefined) this.at = this.items.at(to > last ? 0 : to)?.id ?? '';
    else if (event.key === 'Enter') this.#choose(this.items[this.now]);
    else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) this.dialog.close();
    else return;
    event.preventDefault();
  }

  #outside({ target }) {
    if (target === this.dialog) this.dialog.close();
  }

  #choose(item) {
    if (!item || item.reason) return;
    use(item.id);
    this.chosen = item.run;
    this.dialog.close();
  }

  // The focus is back where it was: what is done now may take it elsewhere.
  #closed() {
    this.remove();
    this.chosen?.();
  }
}
customElements.define('kf-palette', Palette);

const marked = (text, hits = []) => pieces(text, hits).map(({ text: part, hit }) => (hit ? html`<span class="hit">${part}</span>` : part));
