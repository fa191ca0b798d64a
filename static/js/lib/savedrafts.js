// Drafts on the server: saved a second after the last edit, at once when a reply has left; their files go
// up first. What could not be saved is saved when the connection is back.
import { get, put } from './api.js';
import { draftOf, keptDrafts } from './drafts.js';
import { onEdit } from './drafttext.js';
import { effect, untracked } from './html.js';
import { connection } from './net.js';
import { conversations } from './state.js';
import { kindOf } from './upfiles.js';
import { upload } from './upload.js';

const IDLE = 1_000;
const waiting = new Map(); // Draft → timer
const saving = new Set(); // one save of a draft at a time
const refused = new WeakSet(); // blobs that our server does not take: sending them will say why
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
  if (saving.has(draft)) return later(draft);
  saving.add(draft);
  try {
    await raise(draft);
    const { at } = draft;
    const { draft: kept } = await put(`conversations/${draft.id}/draft`, draft.saved);
    draft.take(kept);
    if (draft.at > at) return; // edited meanwhile
    draft.settled();
  } catch (error) {
    if (!final(error)) return; // it waits for the connection
  } finally {
    saving.delete(draft);
  }
  waiting.delete(draft);
}

const final = ({ status }) => [400, 404, 413, 415, 422].includes(status);

// Puts the files of a draft on the server that are not there yet.
async function raise(draft) {
  const account = conversations.get(draft.id)?.peek().account;
  for (const [place, file] of draft.all) {
    if (!account || !file.blob || file.media || refused.has(file.blob)) continue;
    const kind = kindOf(...(place === 'image' ? ['image', 'media'] : place.split(' ')));
    try {
      draft.arrived(file, await upload(file.blob, { account, kind, name: file.name ?? '', onProgress() {}, signal: new AbortController().signal }));
    } catch (error) {
      if (!final(error)) throw error;
      refused.add(file.blob);
    }
  }
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
