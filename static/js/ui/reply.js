// The field in which a reply is written, and what its keys do.
import { html, live } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { picturesIn } from '../lib/image.js';
import { customerName } from '../lib/people.js';
import { stopTyping, typing } from '../lib/typing.js';
import { sends, writing } from '../lib/writing.js';
import { opensQuick } from './quick.js';
import { placeholderOf, toOffer } from './theirs.js';

export function replyField(composer) {
  const { conversation, draft, joining, reason } = composer;
  const breaks = joining || writing.value.send !== 'Enter';
  const placeholder = reason ? 'draft_placeholder' : joining ? 'pieces.placeholder' : 'placeholder';
  return html`<textarea class="composer-text" id="reply" rows="2" enterkeyhint=${breaks ? 'enter' : 'send'} aria-label=${t('composer.content')}
    placeholder=${reason === 'other' ? placeholderOf(conversation) : t(`composer.${placeholder}`, { name: customerName(conversation.customer) })} .value=${live(draft.text.value)}
    @input=${({ target }) => input(composer, target.value)} @keydown=${(event) => key(composer, event)} @paste=${(event) => paste(composer, event)}></textarea>`;
}

function input(composer, text) {
  composer.draft.write(text);
  Object.assign(composer, { drafting: true, problem: '' }); // the field stays, even when the agent empties it
  if (opensQuick(text)) composer.quick ??= { start: 0 };
  if (text && ['', 'other'].includes(composer.reason)) typing(composer.conversation.id);
  else stopTyping();
}

// Enter belongs to the input method while it composes; some browsers tell it by key code only.
function key(composer, event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (composer.quick && composer.querySelector('kf-quick')?.key(event)) return;
  if (sends(event, composer.joining)) {
    if (event.repeat) return event.preventDefault(); // it is held from what was done before
    if (composer.reason === 'other') toOffer(composer, event);
    else if (!composer.reason) enter(composer, event);
  }
  if (event.key === 'Escape') composer.picking ? composer.unpick() : composer.field.blur();
}

function enter(composer, event) {
  if (!composer.joining || event.ctrlKey || event.metaKey) return composer.submit(event);
  event.preventDefault();
  composer.draft.cutPiece();
}

function paste(composer, event) {
  const files = picturesIn(event.clipboardData);
  if (files.length === 0 || composer.reason) return;
  event.preventDefault();
  composer.attach(files);
}
