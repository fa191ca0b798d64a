// The list of an official account's articles to pick one from.
import { get, post } from '../lib/api.js';
import { html, nothing } from '../lib/html.js';
import { formatListTime, formatWhen, t } from '../lib/i18n.js';
import { icon } from './icon.js';

const SLOW = 250; // after the last letter

const COMING = 1500; // until covers that are still on their way are looked for, TRIES times
const TRIES = 5;

// Asks the server. Only the newest question is answered: they can overtake each other.
export async function list(editor, { fresh = false, tries = 0 } = {}) {
  const { conversation: { account }, kind, query } = editor;
  const question = (editor.question = {});
  const path = `accounts/${account}/articles`;
  const parameters = `?${new URLSearchParams({ kind, q: query.trim() })}`;
  Object.assign(editor, { asking: true, failed: '' });
  try {
    const answer = await (fresh ? post(`${path}/sync${parameters}`) : get(path + parameters));
    if (editor.question !== question) return;
    editor.answer = answer;
    const coming = answer.articles.some(({ cover }) => cover?.state === 'wanted');
    if (coming && tries < TRIES && editor.isConnected) later(editor, COMING, { tries: tries + 1 });
  } catch (error) {
    if (error.name !== 'ApiError') throw error;
    if (editor.question === question) editor.failed = error.text;
  }
  if (editor.question === question) editor.asking = false;
}

export function picker(editor) {
  return html`
    <div class="toolbar">
      <fieldset class="seg seg-boxed"><legend class="sr">${editor.word('source')}</legend>
        ${['article', 'material'].map((kind) => html`<label><input type="radio" name="source" .checked=${editor.kind === kind} @change=${() => turn(editor, kind)}><span>${editor.word(kind)}</span></label>`)}
      </fieldset>
      <div class="search search-lined">${icon('search')}<input class="input" type="search" placeholder=${editor.word('search')} aria-label=${editor.word('search')} .value=${editor.query}
        @input=${({ target }) => search(editor, target.value)} @keydown=${stay}></div>
    </div>
    ${editor.failed ? html`<div class="callout callout-danger" role="alert">${icon('circle-alert')}<div class="callout-main"><p>${editor.failed}</p></div>
      <div class="callout-acts"><button class="btn btn-sm" type="button" @click=${() => list(editor)}>${t('common.retry')}</button></div></div>` : nothing}
    ${editor.answer ? found(editor, editor.answer) : editor.failed ? nothing : html`<p class="field-hint" role="status">${editor.word('loading')}</p>`}`;
}

function found(editor, { articles, synced_at, error }) {
  const now = html`<button class="link" type="button" ?disabled=${editor.asking} @click=${() => list(editor, { fresh: true })}>${editor.word(editor.asking ? 'syncing' : 'sync')}</button>`;
  const count = editor.word('found', { n: articles.length });
  return html`
    ${error ? html`<div class="callout callout-warn" role="status">${icon('triangle-alert')}<div class="callout-main"><h2>${editor.word('error')}</h2><p>${error.text}</p></div></div>` : nothing}
    ${articles.length ? html`<div class="arts" role="radiogroup" aria-label=${count}>${articles.map((one) => article(editor, one))}</div>`
      : html`<div class="arts-none">${icon('newspaper')}<p>${editor.word(editor.query.trim() ? 'nothing_found' : `empty_${editor.kind}`)}</p></div>`}
    <p class="field-hint" role="status">${count}${synced_at ? editor.word('synced', { time: formatWhen(synced_at) }) : ''} ${now}</p>`;
}

function article(editor, one) {
  const { ref, title, cover, updated_at } = one;
  const why = reason(editor, one);
  return html`
    <label class="art"><input type="radio" name="article" .checked=${ref === editor.chosen} ?disabled=${why !== ''} @change=${() => editor.choose(one)}>
      ${cover?.state === 'ready' ? html`<img src=${`/media/${cover.id}`} alt="" loading="lazy">` : html`<span class="art-blank">${icon('image')}</span>`}
      <span class="art-main"><b>${marked(title || editor.word('untitled'), editor.query.trim())}</b><small>${why || editor.word('at', { time: formatListTime(updated_at) })}</small></span>
    </label>`;
}

function reason(editor, { deleted, count }) {
  if (deleted) return editor.word('deleted');
  return count > 1 ? editor.word('group', { n: count }) : '';
}

// What was looked for, set off in the title.
function marked(title, query) {
  const at = query ? title.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0) return title;
  const end = at + query.length;
  return html`${title.slice(0, at)}<span class="hit">${title.slice(at, end)}</span>${title.slice(end)}`;
}

function turn(editor, kind) {
  Object.assign(editor, { kind, answer: null });
  list(editor);
}

function search(editor, query) {
  editor.query = query;
  later(editor, SLOW);
}

function later(editor, ms, options) {
  clearTimeout(editor.later);
  editor.later = setTimeout(() => list(editor, options), ms);
}

// Enter looks at once and does not send.
function stay(event) {
  if (event.key === 'Enter') event.preventDefault();
}
