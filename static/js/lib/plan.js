// What one press of the send button would send: how many replies, and why it cannot.
import { byteLength, PART, split } from './bytes.js';
import { send } from './outbox.js';
import { settings } from './state.js';

const LIMIT = settings.text_limit ?? 2048;
const COUNT_FROM = 1800;

// allowed: replies that may still leave. parts: the text, cut if it is too long.
// problem: long (can be split), many (more than allowed), busy (a picture is not ready) or ''.
export function plan(draft, allowed) {
  const text = draft.text.value.trim();
  const pictures = draft.pictures.value;
  const bytes = byteLength(text);
  const long = bytes > LIMIT;
  const parts = long ? cut(text, bytes) : text ? [text] : [];
  const count = pictures.length + parts.length;
  const many = count > allowed;
  const busy = pictures.some((picture) => picture.busy);
  return {
    parts, count, allowed, bytes, long, many, busy, limit: LIMIT, counted: bytes >= COUNT_FROM,
    problem: many ? 'many' : busy ? 'busy' : long ? 'long' : '',
  };
}

// A book that somebody pasted is only counted: no budget pays for it, and cutting takes its time.
function cut(text, bytes) {
  if (bytes > 20 * PART) return Array.from({ length: Math.ceil(bytes / PART) }, () => '');
  return split(text);
}

// Pictures first, then the text in its parts.
export function sendDraft(conversation, draft, parts) {
  for (const picture of draft.pictures.value) {
    send(conversation, { type: 'image', media: picture.media ?? picture });
  }
  for (const content of parts) send(conversation, { type: 'text', body: { content } });
  draft.clear();
}
