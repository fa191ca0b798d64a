// The sheet of all keys.
import { commands } from '../lib/commands.js';
import { html, nothing, render } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from './icon.js';
import { keycaps } from './keycap.js';

const AREAS = ['here', 'write', 'go', 'other'];

export function openHelp() {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog dialog-wide';
  dialog.setAttribute('aria-labelledby', 'help-h');
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  render(sheet(dialog), dialog);
  dialog.showModal();
}

const sheet = (dialog) => html`
  <div class="dialog-head">
    <div><h2 id="help-h">${t('keys.help')}</h2><p>${t('keys.help.about')}</p></div>
    <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('common.close')} @click=${() => dialog.close()}>${icon('x')}</button>
  </div>
  <div class="keysheet" tabindex="0" role="region" aria-labelledby="help-h">${AREAS.map((area) => html`
    <section><h3>${t(`keys.area.${area}`)}</h3><dl>${lines(area).map(line)}</dl></section>`)}</div>`;

// Entries that share a row, as {words, entries}.
function lines(area) {
  const all = new Map();
  for (const entry of commands.filter((one) => one.area === area && one.keys.length)) {
    const words = t(entry.row ? `keys.row.${entry.row}` : `keys.do.${entry.name}`);
    all.set(words, [...(all.get(words) ?? []), entry]);
  }
  return [...all].map(([words, entries]) => ({ words, entries }));
}

const line = ({ words, entries }) => html`<dt data-commands=${entries.map(({ name }) => name).join(' ')}>${words}</dt><dd>${ways(entries).map((keys, i) => html`
  ${i ? t('keys.or') : nothing}<span class="keys">${keys.map(keycaps)}</span>`)}</dd>`;

// First the first key of each entry, then, as another way, the second of each.
function ways(entries) {
  const most = Math.max(...entries.map(({ keys }) => keys.length));
  return Array.from({ length: most }, (_, i) => [...new Set(entries.map(({ keys }) => keys[i]).filter(Boolean))]);
}
