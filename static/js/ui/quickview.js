// A quick reply in the list, and how it will arrive.
import { byteLength } from '../lib/bytes.js';
import { lengthOf } from '../lib/fields.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { LIMIT } from '../lib/plan.js';
import { wordsOf } from '../lib/quick.js';
import { renderText } from '../lib/text.js';
import { blankIn, filledBody, parts } from '../lib/variables.js';
import { typeName } from '../lib/words.js';
import { content } from './content.js';
import { icon } from './icon.js';

export const option = ({ row, marks, code }, chosen, choose) => html`
  <li class="quick-item" role="option" id=${`quick-${row.id}`} aria-selected=${chosen} @pointerdown=${(event) => event.preventDefault()} @click=${() => choose(row)}>
    <b>${marked([...row.title], marks)}</b>${row.code ? html`<code>/${marked([...row.code], [...row.code.slice(0, code)].map((_, i) => i))}</code>` : html`<code></code>`}
    <p>${row.type === 'text' ? nothing : html`<span class="tag">${typeName(row.type)}</span>`}${wordsOf(row)}</p>
  </li>`;

// Letters, with those at some places marked.
function marked(letters, places) {
  const runs = [];
  letters.forEach((letter, at) => {
    const on = places.includes(at);
    if (runs.at(-1)?.on === on) runs.at(-1).text += letter;
    else runs.push({ on, text: letter });
  });
  return runs.map(({ on, text }) => (on ? html`<mark>${text}</mark>` : text));
}

export function view({ row, composer: { conversation, plan } }) {
  const body = filledBody(row.body, conversation);
  const blank = blankIn(JSON.stringify(body));
  return html`
    <small>${t('quick.view')}</small>
    ${row.type === 'text' ? html`<div class="bubble bubble-text">${parts(row.body.content, conversation).map(part)}</div>`
      : html`<div class="quick-other msg-out" inert>${content({ ...row, body, dir: 'out' }, () => {})}</div>`}
    ${blank ? html`<small class="quick-warn">${icon('triangle-alert', 'i-14')}${t('quick.view.blank', { name: blank.name })}</small>` : nothing}
    <small>${row.type === 'text' ? t('quick.view.length', { n: lengthOf(body.content) }) : nothing}${price(row, body, plan)}${row.used ? t('quick.view.used', { n: row.used }) : nothing}</small>`;
}

// What it costs. Nothing is said of a text that will be cut: the composer does.
function price({ type }, body, { allowed }) {
  if (type === 'text' && byteLength(body.content) > LIMIT) return '';
  return allowed < 1 ? t('quick.view.none_left') : t('quick.view.cost');
}

export const part = ({ text, name, value }) => (name
  ? html`<span class=${value ? 'var' : 'var var-blank'}>${value || text}</span>`
  : renderText(text, { own: true }));
