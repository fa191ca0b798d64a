// A labelled field of an editor with its count, a hint, and what is wrong with it.
import { faultOf, lengthOf } from '../lib/fields.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { afterPress } from '../lib/press.js';
import { icon } from './icon.js';

const EARLY = ['long', 'bytes']; // told while one types; the other faults when the field is left

// rows: more than one line. hint: words below it.
export function formField(editor, name, { rows = 0, hint = '', placeholder = nothing, mono = false } = {}) {
  const { most, needed, counted, web } = editor.fields[name];
  const value = editor.values[name] ?? '';
  const fault = faultOf(editor.fields, editor.values, name);
  const wrong = fault && (editor.left.includes(name) || EARLY.includes(fault)) ? fault : '';
  const id = `${editor.type}-${name}`;
  const about = [wrong && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || nothing;
  const input = ({ target }) => editor.write({ [name]: target.value });
  const blur = () => afterPress(() => (editor.left = [...editor.left, name]));
  return html`
    <div class="field">
      <label class="field-label" for=${id}>${editor.word(name)}${needed ? nothing : html`<span class="opt">${t('editor.optional')}</span>`}
        ${counted ? html`<span class="field-count">${lengthOf(value.trim())}/${most}</span>` : nothing}</label>
      ${rows
        ? html`<textarea class="textarea" id=${id} rows=${rows} placeholder=${placeholder} aria-invalid=${wrong !== ''} aria-describedby=${about} .value=${live(value)} @input=${input} @blur=${blur}></textarea>`
        : html`<input class=${mono ? 'input mono' : 'input'} id=${id} type=${web ? 'url' : 'text'} placeholder=${placeholder} aria-invalid=${wrong !== ''} aria-describedby=${about} .value=${live(value)} @input=${input} @blur=${blur}>`}
      ${wrong ? html`<p class="field-error" id=${`${id}-error`}>${icon('circle-alert')}<span>${t(`editor.fault.${wrong}`, { limit: most })}</span>
        ${wrong === 'scheme' ? html`<button class="link" type="button" @click=${() => editor.write({ [name]: `https://${value.trim()}` })}>${t('editor.add_scheme')}</button>` : nothing}</p>` : nothing}
      ${hint ? html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>` : nothing}
    </div>`;
}
