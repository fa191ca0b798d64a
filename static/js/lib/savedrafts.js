// Drafts on the server: saved a second after the last edit, at once when a reply has left. What could
// not be saved is saved when the connection is back.
import { get, put } from './api.js';
import { draftOf, keptDrafts } from './drafts.js';
import { onEdit } from './drafttext.js';
import { effect, untracked } from './html.js';
import { connection } from './net.js';

const IDLE = 1_000;
const waiting = new Map(); // Draft → timer
let loaded = false;

export function followDrafts() {
  onEdit(later);
  effect(() => {
    if (connection.value.state === 'open') untracked(meet);
  });
}

function later(draft, soon = false) {
  clearTimeout(waiting.get(draft));
  waiting.set(draft, setTimeout(save, soon ? 0 : IDLE, draft));
}

async function save(draft) {
  const { at } = draft;
  try {
    const { draft: kept } = await put(`conversations/${draft.id}/draft`, draft.saved);
    draft.take(kept);
    if (draft.at > at) return; // edited meanwhile
    draft.settled();
  } catch (error) {
    if (![400, 404, 422].includes(error.status)) return; // it waits for the connection
  }
  waiting.delete(draft);
}

// Both sides learn what the other has that is newer.
async function meet() {
  if (loaded) return [...waiting.keys()].forEach((draft) => later(draft, true));
  try {
    const { drafts } = await get('drafts');
    for (const row of drafts) draftOf(row.conversation).take(row);
    const known = new Map(drafts.map((row) => [row.conversation, row.edited_at]));
    for (const id of keptDrafts()) {
      if (draftOf(id).at > (known.get(id) ?? 0)) later(draftOf(id), true);
    }
    loaded = true;
  } catch (error) {
    console.warn('drafts', error.message); // the next connection tries again
  }
}
