// Replies that have not left our server yet: for some seconds their author can take them back.
import { post } from './api.js';
import { putBack } from './again.js';
import { now, tick } from './clock.js';
import { draftOf } from './drafts.js';
import { isMe } from './people.js';
import { apply, timeline } from './state.js';
import { refused } from '../ui/toast.js';

// Seconds until a reply leaves, 0 when it is not held back.
export function dueIn({ state, attempts, retry_at, at }) {
  if (state !== 'pending' || attempts || !retry_at) return 0;
  tick.value; // counts down in whoever shows it
  return Math.max(0, Math.ceil((retry_at - Math.max(at, now())) / 1000)); // our clock may be a little behind
}

// What this agent can still take back in a conversation, oldest first.
export function undoable(conversation) {
  const rows = timeline(conversation).messages.value;
  return rows.filter((row) => row.conversation === conversation && isMe(row.agent) && dueIn(row) > 0);
}

// The newest first, or what follows would leave alone. What came back goes into the composer.
export async function undo(conversation) {
  const back = [];
  for (const row of undoable(conversation).reverse()) {
    if (await deed(row, 'undo')) back.unshift(row);
  }
  if (back.length) putBack(draftOf(conversation), back);
}

export async function sendNow(conversation) {
  for (const row of undoable(conversation)) await deed(row, 'now');
}

async function deed({ id }, what) {
  try {
    apply(await post(`messages/${id}/${what}`));
    return true;
  } catch (error) {
    refused(error);
    return false;
  }
}
