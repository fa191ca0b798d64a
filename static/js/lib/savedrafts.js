// Drafts on the server: saved soon after an edit, at once when a reply has left. Texts and forms go first:
// files may take long, or not be taken at all. What could not be saved is saved when the connection is
// back.
import { get, put } from './api.js';
import { draftOf, dropDraft, keptDrafts } from './drafts.js';
import { onEdit } from './drafttext.js';
import { effect, untracked } from './html.js';
import { connection } from './net.js';
import { conversations } from './state.js';
import { kindOf } from './upfiles.js';
import { upload } from './upload.js';

const PAUSE = 700; // between two saves of one who goes on writing
const timers = new Map(); // Draft → timer of its next save
const unsaved = new Set(); // drafts that wait for the connection
const saving = new Set(); // one save of a draft at a time
const raising = new Set(); // drafts whose files are on their way
const refused = new WeakSet(); // blobs that our server does not take: sending them will say why
const resting = new Set(); // blobs that wait for the connection
let loaded = false;

export function followDrafts() {
  onEdit(later);
  effect(() => {
    if (connection.value.state === 'open') untracked(meet);
  });
}

function later(draft, soon = false) {
  if (timers.has(draft) && !soon) return;
  clearTimeout(timers.get(draft));
  timers.set(draft, setTimeout(save, soon ? 0 : PAUSE, draft));
}

async function save(draft) {
  timers.delete(draft);
  if (saving.has(draft)) return later(draft);
  saving.add(draft);
  try {
    const { at } = draft;
    const { draft: kept } = await put(`conversations/${draft.id}/draft`, draft.saved);
    draft.take(kept);
    unsaved.delete(draft);
    if (draft.at === at) draft.settled();
    raise(draft);
  } catch (error) {
    if (error.status === 404) dropDraft(draft.id);
    else if (!final(error)) unsaved.add(draft);
  } finally {
    saving.delete(draft);
  }
}

const final = ({ status }) => [400, 404, 413, 415, 422].includes(status);

// Puts the files of a draft on the server that are not there yet; then it is saved again.
async function raise(draft) {
  if (raising.has(draft)) return;
  raising.add(draft);
  for (const [place, file] of missing(draft)) {
    try {
      draft.arrived(file, await bring(draft, place, file));
      later(draft, true);
    } catch (error) {
      (final(error) ? refused : resting).add(file.blob);
      if (!final(error)) unsaved.add(draft);
    }
  }
  raising.delete(draft);
}

const missing = (draft) => (conversations.has(draft.id) ? draft.all : [])
  .filter(([, { blob, media }]) => blob && !media && !refused.has(blob) && !resting.has(blob));

function bring({ id }, place, { blob, name = '' }) {
  const { account } = conversations.get(id).peek();
  const kind = kindOf(...(place === 'image' ? ['image', 'media'] : place.split(' ')));
  return upload(blob, { account, kind, name, onProgress() {}, signal: new AbortController().signal });
}

// Both sides learn what the other has that is newer.
async function meet() {
  resting.clear();
  if (loaded) return [...unsaved].forEach((draft) => later(draft, true));
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
