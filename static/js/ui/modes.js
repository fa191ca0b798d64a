// Reply or internal note: which of the two the agent writes in a conversation.
import { draftOf } from '../lib/drafts.js';
import { html, live } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { noteOf } from '../lib/notes.js';
import { icon } from './icon.js';
import { keyHint, keyName } from './keycap.js';

export function writeNote(id) {
  const note = noteOf(id);
  note.asked.value = true;
  note.open.value = true;
}

export function writeReply(id) {
  noteOf(id).open.value = false;
  draftOf(id).asked.value = 'field';
}

export const modes = ({ id }) => html`
  <fieldset class="seg"><legend class="sr">${t('customer.mode')}</legend>
    ${mode(!noteOf(id).open.value, () => writeReply(id), 'reply', html`${t('composer.reply')}`)}
    ${mode(noteOf(id).open.value, () => writeNote(id), 'note', noteWords())}
  </fieldset>`;

const mode = (on, choose, command, words) => html`
  <label title=${keyName(command)}><input type="radio" name="mode" .checked=${live(on)} @change=${choose}><span>${words}</span></label>`;

const noteWords = () => html`${icon('lock', 'i-14')}<span><span class="long">${t('customer.mode.internal')}</span>${t('customer.mode.note')}</span>`;

// Where nothing but a note can be written.
export const noteButton = ({ id }) => html`
  <button class="btn btn-sm" type="button" @click=${() => writeNote(id)}>${icon('lock')}${t('customer.note.write')}</button>`;

// Where there is no composer.
export const modeButton = ({ id }) => html`
  <button class="btn btn-quiet" type="button" @click=${() => writeNote(id)}>${icon('lock')}${t('customer.note.write')}${keyHint('note')}</button>`;
