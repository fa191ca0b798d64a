// What becomes of a quick reply that was chosen: it goes to where the slash is, into its editor, or
// right away.
import { refill } from '../lib/again.js';
import { byteLength } from '../lib/bytes.js';
import { send } from '../lib/outbox.js';
import { LIMIT } from '../lib/plan.js';
import { countUse } from '../lib/quick.js';
import { stopTyping } from '../lib/typing.js';
import { blankIn, filledBody } from '../lib/variables.js';
import { insertText } from './field.js';

// Opens the list where the cursor is. ours: a slash that nobody typed.
export function openQuick(composer) {
  const { field } = composer;
  if (!field) return;
  field.focus();
  const start = field.selectionEnd;
  field.setSelectionRange(start, start);
  insertText(field, '/');
  composer.quick = { start, ours: true };
}

export function closeQuick(composer) {
  const { quick: { start, ours } = {}, field } = composer;
  composer.quick = null;
  if (ours && field?.selectionEnd === start + 1) cut(composer, start);
}

// Texts can be changed before they leave; the other types wait in the composer or in their editor.
export function fillIn(composer, row) {
  const { quick: { start }, field, draft, conversation } = composer;
  const body = filledBody(row.body, conversation);
  composer.quick = null;
  countUse(row);
  if (row.type !== 'text') {
    cut(composer, start);
    return refill(draft, { type: row.type, body, media: row.media, thumb: row.thumb });
  }
  field.setSelectionRange(start, field.selectionEnd);
  insertText(field, body.content);
  selectBlank(composer, start);
}

// Sends at once, unless there is something to be looked at first.
export function sendNow(composer, row) {
  const { quick: { start }, plan, reason, conversation } = composer;
  const body = filledBody(row.body, conversation);
  const long = row.type === 'text' && byteLength(body.content) > LIMIT;
  if (reason || plan.allowed < 1 || long || blankIn(JSON.stringify(body))) return fillIn(composer, row);
  composer.quick = null;
  cut(composer, start);
  countUse(row);
  stopTyping();
  send(conversation.id, { type: row.type, body, media: row.media, thumb: row.thumb });
}

// What is typed next takes the place of the first variable without a value, in the field (from a
// place on) or in a piece.
export function selectBlank(composer, from = 0) {
  for (const field of [composer.field, ...composer.querySelectorAll('.piece textarea')]) {
    const start = field === composer.field ? from : 0;
    const blank = blankIn(field.value.slice(start));
    if (!blank) continue;
    field.focus();
    return field.setSelectionRange(start + blank.start, start + blank.end);
  }
}

// Takes the slash and what was typed after it out of the field.
function cut({ field }, start) {
  field.setRangeText('', start, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
