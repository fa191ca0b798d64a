// The list of quick replies above the composer. The focus stays in the field: what is typed after the
// slash is searched for, and the field tells which one is chosen.
import { search } from '../lib/fuzzy.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { loadQuick, quickFor, quickReplies } from '../lib/quick.js';
import { COMMAND } from './keycap.js';
import { Live } from './live.js';
import { option, view } from './quickview.js';
import { closeQuick, fillIn, sendNow } from './quickuse.js';

const SHOWN = 50; // more are found by typing on
const SLASHES = ['/', '\u3001', '\uff0f']; // what the key writes, in Chinese too
const LONGEST = 20; // what is longer was not meant for us

// The slash as the first thing in the field opens the list.
export const opensQuick = (text) => SLASHES.includes(text);

class Quick extends Live {
  static properties = {
    composer: { attribute: false },
    tab: { state: true }, // '' for all, 'mine', or 'in CATEGORY'
    at: { state: true },
  };

  constructor() {
    super();
    Object.assign(this, { tab: '', at: 0, query: '', hits: [], tabs: [], rows: [] });
  }

  connectedCallback() {
    super.connectedCallback();
    if (!quickReplies.peek().length) loadQuick();
    this.stop = new AbortController();
    const outside = ({ target }) => !this.contains(target) && !target.closest('.composer') && closeQuick(this.composer);
    document.addEventListener('pointerdown', outside, { signal: this.stop.signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop.abort();
    for (const name of Object.keys(this.#states())) this.field?.removeAttribute(name);
  }

  willUpdate() {
    const { composer: { draft, conversation, field, quick } } = this;
    if (!quick) return; // it is about to go
    const text = draft.text.value;
    this.field = field;
    const query = text.slice(quick.start + 1, field.selectionEnd);
    this.gone = !SLASHES.includes(text[quick.start]) || field.selectionEnd <= quick.start || query.includes('\n') || query.length > LONGEST;
    if (query !== this.query) [this.query, this.at] = [query, 0];
    this.hits = search(quickFor(conversation.account), query);
    this.tabs = tabsOf(quickFor(conversation.account).map(({ row }) => row));
    this.rows = this.hits.filter(({ row }) => belongs(row, this.tab)).slice(0, SHOWN);
    this.at = Math.min(this.at, Math.max(0, this.rows.length - 1));
  }

  render() {
    const chosen = this.rows[this.at];
    return html`
      <div class="pop pop-dock quick" role="dialog" aria-label=${t('quick.title')}>
        <div class="quick-tabs" role="tablist" aria-label=${t('quick.category')}>${this.tabs.map((tab) => this.#tab(tab))}<span class="end">${t('quick.type_on')}</span></div>
        ${this.rows.length
          ? html`<ul class="quick-list" role="listbox" id="quick-list" tabindex="-1" aria-label=${t('quick.matches')}>${this.rows.map((hit, at) => option(hit, at === this.at, (row) => fillIn(this.composer, row)))}</ul>`
          : html`<div class="quick-list quick-none" role="status"><p>${this.query ? t('quick.none_found', { q: this.query }) : t('quick.none')}</p></div>`}
        <section class="quick-view" tabindex="-1" aria-label=${t('quick.view')}>${chosen ? view({ row: chosen.row, composer: this.composer }) : nothing}</section>
        <div class="keysbar"><span><span class="keys"><kbd class="kbd">↑</kbd><kbd class="kbd">↓</kbd></span>${t('quick.keys.choose')}</span><span><kbd class="kbd">↵</kbd>${t('quick.keys.fill')}</span><span><span class="keys"><kbd class="kbd">${COMMAND}</kbd><kbd class="kbd">↵</kbd></span>${t('quick.keys.send')}</span><span><kbd class="kbd">Tab</kbd>${t('quick.category')}</span><span class="end"><a class="link" href="/quick-replies">${t('quick.manage')}</a></span></div>
      </div>`;
  }

  #tab(tab) {
    const n = this.hits.filter(({ row }) => belongs(row, tab)).length;
    const words = tab === '' ? t('quick.all') : tab === 'mine' ? t('quick.scope.mine') : tab.slice(3);
    return html`<button class="quick-tab" role="tab" type="button" tabindex="-1" aria-selected=${tab === this.tab} @pointerdown=${(event) => event.preventDefault()}
      @click=${() => (this.tab = tab)}>${words}${n ? ` ${n}` : nothing}</button>`;
  }

  updated() {
    if (!this.composer.quick) return;
    if (this.gone) return queueMicrotask(() => (this.composer.quick = null));
    for (const [name, value] of Object.entries(this.#states())) value ? this.field.setAttribute(name, value) : this.field.removeAttribute(name);
    this.querySelector('[aria-selected="true"][role="option"]')?.scrollIntoView({ block: 'nearest' });
  }

  // What the field tells of the list.
  #states() {
    const chosen = this.rows?.[this.at];
    return {
      role: 'combobox', 'aria-expanded': 'true', 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox',
      'aria-controls': chosen && 'quick-list', 'aria-activedescendant': chosen && `quick-${chosen.row.id}`,
    };
  }

  // A key in the field: true when it was one of ours.
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = this.rows[this.at];
    if (step && this.rows.length) this.at = (this.at + step + this.rows.length) % this.rows.length;
    else if (event.key === 'Tab') this.#turn(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') closeQuick(this.composer);
    else if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
    else if (chosen) (event.ctrlKey || event.metaKey ? sendNow : fillIn)(this.composer, chosen.row);
    event.preventDefault();
    return true;
  }

  #turn(step) {
    const { tabs } = this;
    [this.tab, this.at] = [tabs[(tabs.indexOf(this.tab) + step + tabs.length) % tabs.length], 0];
  }
}
customElements.define('kf-quick', Quick);

const belongs = (row, tab) => tab === '' || (tab === 'mine' ? row.agent !== 0 : `in ${row.category}` === tab);

function tabsOf(rows) {
  const categories = [...new Set(rows.map(({ category }) => category).filter(Boolean))];
  return ['', ...categories.map((name) => `in ${name}`), ...(rows.some(({ agent }) => agent !== 0) ? ['mine'] : [])];
}
