// What one press of the send button would send: how many replies, and why it cannot.
import { faultIn } from './anchor.js';
import { byteLength, PART, split } from './bytes.js';
import { send } from './outbox.js';
import { settings } from './state.js';
import { blankIn } from './variables.js';

export const LIMIT = settings.text_limit ?? 2048;
export const COUNT_FROM = 1800; // bytes are counted aloud

// allowed: replies that may still leave. parts: the text, cut if it is too long. apart: its pieces,
// when they may leave one by one. fault: what is wrong with a link in it. blank: a variable in it
// that has no value.
// problem: link, blank, many (more than allowed), busy (a picture is not ready), long (can be split) or ''.
export function plan(draft, allowed) {
  const texts = draft.texts;
  const text = texts.join('\n');
  const pictures = draft.pictures.value;
  const bytes = byteLength(text);
  const long = bytes > LIMIT;
  const parts = long ? cut(text, bytes) : text ? [text] : [];
  const count = pictures.length + parts.length;
  const many = count > allowed;
  const busy = pictures.some((picture) => picture.busy);
  const fault = faultIn(text);
  const blank = blankIn(text);
  const apart = texts.length > 1 && pictures.length + texts.length <= allowed && !busy && !fault && !blank && texts.every(fits) ? texts : [];
  return {
    parts, apart, fault, blank, count, allowed, bytes, long, many, busy, limit: LIMIT, counted: bytes >= COUNT_FROM,
    problem: fault ? 'link' : blank ? 'blank' : many ? 'many' : busy ? 'busy' : long ? 'long' : '',
  };
}

const fits = (text) => byteLength(text) <= LIMIT;

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
