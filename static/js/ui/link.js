// The editor of a link in the reply: to a web page or a mini program, around what is selected or
// where the cursor is. A link under the cursor is changed.
import { faultOf, linkAt, written } from '../lib/anchor.js';
import { byteLength } from '../lib/bytes.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { afterPress } from '../lib/press.js';
import { renderText } from '../lib/text.js';
import { insertText } from './field.js';
import { icon } from './icon.js';
import { Live } from './live.js';

const FIELDS = { label: {}, appid: { mini: true }, path: { mini: true }, href: {} };

class LinkEditor extends Live {
  static properties = {
    composer: { attribute: false },
    link: { state: true }, // as linksIn gives them
    left: { state: true }, // names of fields that the agent has left once
  };

  // What is there to begin with.
  connectedCallback() {
    super.connectedCallback();
    const { value, selectionStart: start, selectionEnd: end } = this.composer.field;
    const chosen = value.slice(start, end).trim();
    const address = /^https?:\/\/\S+$/.test(chosen);
    this.old = linkAt(value, start);
    this.range = this.old ? [this.old.start, this.old.end] : [start, end];
    this.link = this.old ? { ...this.old, broken: false } : { label: address ? '' : chosen, href: address ? chosen : '', appid: '', path: '', mini: false };
    this.left = [];
  }

  firstUpdated() {
    this.querySelector('dialog').showModal();
    this.querySelector(this.link.label ? '#link-href' : '#link-label').focus();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    const { asked } = this.composer.draft;
    if (asked.peek() === 'link') asked.value = '';
  }

  // The text with the link in it, and how it is seen.
  get text() {
    const { value } = this.composer.field;
    const [start, end] = this.range;
    return { before: value.slice(0, start), link: written({ ...this.link, label: this.link.label || '\u2026' }), after: value.slice(end) };
  }

  render() {
    const { link, text, composer } = this;
    const bytes = byteLength(text.before + text.link + text.after);
    const { limit } = composer.plan;
    const fault = faultOf(link);
    return html`
      <dialog class="dialog" aria-labelledby="link-h" @close=${() => (composer.draft.asked.value = '')}>
        <div class="dialog-head">
          <div><h2 id="link-h">${t('composer.link')}</h2><p>${t('composer.link.about')}</p></div>
          <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${this.close}>${icon('x')}</button>
        </div>
        <form id="link" novalidate @submit=${this.#submit}><div class="dialog-body">
          <fieldset class="seg seg-boxed"><legend class="sr">${t('composer.link.kind')}</legend>${this.#kind('page', false)}${this.#kind('program', true)}</fieldset>
          ${Object.keys(FIELDS).map((name) => this.#field(name))}
          <section aria-labelledby="link-view"><span class="field-label" id="link-view">${t('editor.view.title')}<span class="field-count">${t('composer.bytes', { bytes: bytes.toLocaleString(), limit: limit.toLocaleString() })}</span></span>
            <div class="wx wx-strip"><p class="wx-bubble">${renderText(text.before, { own: true })}<span class="wx-a">${renderText(link.label || t('composer.link.label'))}</span>${renderText(text.after, { own: true })}</p></div>
          </section>
        </div></form>
        <div class="dialog-foot">
          <span class="lead" role="status">${fault ? t(`composer.link.first.${link.mini && fault === 'href' ? 'fallback' : fault}`) : bytes > limit ? t('composer.link.too_long') : nothing}</span>
          ${this.old ? html`<button class="btn btn-quiet" type="button" @click=${() => this.#put(this.old.label)}>${t('composer.link.unlink')}</button>` : nothing}
          <button class="btn btn-primary" type="submit" form="link" ?disabled=${fault !== ''}>${t(this.old ? 'composer.link.change' : 'composer.link.insert')}</button>
        </div>
      </dialog>`;
  }

  #kind(name, mini) {
    return html`<label><input type="radio" name="link-kind" .checked=${live(this.link.mini === mini)} @change=${() => this.#write({ mini })}><span>${t(`composer.link.${name}`)}</span></label>`;
  }

  #field(name) {
    const { link } = this;
    if (FIELDS[name].mini && !link.mini) return nothing;
    const wrong = this.left.includes(name) && faultOf({ ...GOOD, mini: link.mini, [name]: link[name] }) === name;
    const [id, error] = [`link-${name}`, `link-${name}-error`];
    // An empty field that is only passed by stays quiet.
    const blur = () => link[name] && afterPress(() => (this.left = [...this.left, name]));
    const hint = link.mini && (name === 'href' || name === 'path') ? t(`composer.link.${name}_hint`) : '';
    return html`<div class="field"><label class="field-label" for=${id}>${t(`composer.link.${link.mini && name === 'href' ? 'fallback' : name}`)}</label>
      <input class="input" id=${id} type=${name === 'href' ? 'url' : 'text'} autocomplete="off" spellcheck="false" aria-invalid=${wrong} aria-describedby=${wrong || hint ? error : nothing}
        .value=${live(link[name])} @input=${({ target }) => this.#write({ [name]: target.value })} @blur=${blur}>
      ${wrong ? html`<p class="field-error" id=${error}>${icon('circle-alert')}<span>${t(`composer.link.fault.${name}`)}</span></p>` : hint ? html`<p class="field-hint" id=${error}>${hint}</p>` : nothing}
    </div>`;
  }

  #write(change) {
    this.link = { ...this.link, ...change };
  }

  #submit(event) {
    event.preventDefault();
    this.left = Object.keys(FIELDS);
    if (!faultOf(this.link)) this.#put(written(this.link));
  }

  #put(text) {
    const { field } = this.composer;
    this.close();
    field.setSelectionRange(...this.range);
    insertText(field, text);
  }

  close() {
    this.querySelector('dialog').close();
  }
}
customElements.define('kf-link', LinkEditor);

// Each field is judged beside others that are right.
const GOOD = { label: '-', href: 'https://a', appid: `wx${'0'.repeat(16)}`, path: '/' };
