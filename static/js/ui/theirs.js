// A conversation that a colleague serves: who it is, and for an agent who begins to write there the
// offer to take it over, or, where the rules forbid that, to make a note for the colleague of it.
import { draftOf } from '../lib/drafts.js';
import { mayTakeOver, speaks } from '../lib/handover.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { noteOf } from '../lib/notes.js';
import { agentName } from '../lib/people.js';
import { me } from '../lib/state.js';
import { takeOver } from './handover.js';
import { icon } from './icon.js';
import { noteButton, writeNote } from './modes.js';

export function theirs(conversation) {
  const { id, agent, account } = conversation;
  const may = mayTakeOver(conversation);
  const written = draftOf(id).texts.length > 0;
  const words = { name: agentName(agent, account) };
  const about = may ? 'may' : speaks(me.value, account) ? 'rules' : 'unbound';
  return html`
    <div class=${`blocked theirs ${written ? 'is-offer' : ''}`} @keydown=${back}>
      <span class="blocked-mark">${icon(written && may ? 'hand' : 'eye')}</span>
      <div role="status">
        <h3>${written ? t(`together.theirs.${may ? 'offer' : 'tell'}.title`, words) : t('composer.blocked.other.title', words)}</h3>
        <p>${t(`together.theirs.${about}${written ? '.written' : ''}`, words)}</p>
      </div>
      <div class="blocked-acts">${may ? take(conversation, written) : ''}${written ? tell(conversation, words, !may) : noteButton(conversation)}</div>
    </div>`;
}

// What is in the field of theirs.
export const placeholderOf = (conversation) =>
  t(`together.theirs.placeholder.${mayTakeOver(conversation) ? 'may' : 'tell'}`, { name: agentName(conversation.agent, conversation.account) });

const style = (primary) => `btn btn-sm ${primary ? 'btn-primary' : ''}`;
const enter = html`<kbd class="kbd" aria-hidden="true">↵</kbd>`;

const take = ({ id }, written) => html`
  <button class=${style(written)} type="button" @click=${() => takeOver(id)}>${icon('hand')}${t('together.theirs.take')}${written ? enter : ''}</button>`;

const tell = ({ id }, words, primary) => html`
  <button class=${style(primary)} type="button" @click=${() => toNote(id, words.name)}>${icon('at-sign')}${t('together.theirs.tell', words)}${primary ? enter : ''}</button>`;

// What was written becomes a note that names the colleague; the agent can still change it.
function toNote(id, name) {
  const draft = draftOf(id);
  const note = noteOf(id);
  note.write([note.text.value.trim(), `@${name} ${draft.texts.join('\n')}`].filter(Boolean).join('\n'));
  draft.writePieces([]);
  draft.write(''); // its pictures stay where they are
  writeNote(id);
}

// Enter in the field leads to the offer, Escape there back to the field: one key alone takes nothing over.
export function toOffer(composer, event) {
  event.preventDefault();
  composer.querySelector('.theirs.is-offer .btn-primary')?.focus();
}

function back(event) {
  if (event.key === 'Enter' && event.repeat) return event.preventDefault(); // it is held since the field
  if (event.key !== 'Escape' || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  event.currentTarget.closest('form').querySelector('.composer-text')?.focus();
}
