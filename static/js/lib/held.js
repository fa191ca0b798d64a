// Replies that wait in the outbox for a second look: the customer has said something that their author
// has not read (unseen), or a colleague types to the same customer (typing).
import { putBack } from './again.js';
import { draftOf } from './drafts.js';
import { isNews } from './items.js';
import { drop, pending, release } from './outbox.js';
import { markSeen } from './seen.js';
import { timeline } from './state.js';

export const held = (conversation) => pending(conversation).value.filter(({ state }) => state === 'held');

// What the customer has said since the author last looked.
export function newer(conversation) {
  const seen = Math.min(...held(conversation).map((entry) => entry.seen || Infinity));
  return timeline(conversation).messages.value.filter((row) => isNews(row) && row.id > seen);
}

// The same, while that is why a reply is held.
export const unseen = (conversation) => (held(conversation).some(({ why }) => why === 'unseen') ? newer(conversation) : []);

export function sendHeld(conversation) {
  const anyway = held(conversation).some(({ why }) => why === 'unseen');
  markSeen(conversation);
  release(conversation, { anyway });
}

export function editHeld(conversation) {
  const entries = held(conversation);
  markSeen(conversation);
  putBack(draftOf(conversation), entries);
  dropHeld(conversation);
}

export function dropHeld(conversation) {
  for (const { client_id } of held(conversation)) drop(client_id);
}
