// Up to which message of the open conversation the agent has read, as far as a screen can tell: what
// comes while they are writing counts only after it was in sight for a while.
import { draftOf } from './drafts.js';
import { effect, untracked } from './html.js';
import { isNews } from './items.js';
import { atBottom, visible } from './reading.js';
import { opened, timeline } from './state.js';

const READ = 3_000;

let here = { id: 0, read: 0, fresh: [] }; // fresh: {id, since} of what came while they wrote

export function followSeen() {
  effect(() => {
    const id = opened.value?.id ?? 0;
    const line = id ? timeline(id) : null;
    const rows = line?.messages.value ?? [];
    const ready = line?.state.value === 'ready';
    const inSight = atBottom.value && visible.value && !line?.newer.value;
    untracked(() => look(id, rows, ready, inSight));
  });
}

function look(id, rows, ready, inSight) {
  if (here.id !== id) here = { id, read: 0, fresh: [] };
  if (!here.read) {
    if (ready) here.read = rows.at(-1)?.id ?? 0;
    return;
  }
  if (!inSight) return;
  const known = here.fresh.at(-1)?.id ?? here.read;
  const came = rows.filter((row) => isNews(row) && row.id > known);
  if (isWriting(id)) here.fresh.push(...came.map((row) => ({ id: row.id, since: Date.now() })));
  else if (came.length) markSeen(id);
}

function isWriting(id) {
  const draft = draftOf(id);
  return draft.texts.length > 0 || draft.pictures.value.length > 0 || !['', 'field'].includes(draft.asked.value);
}

// All that is on the screen was looked at.
export function markSeen(id) {
  if (here.id === id) here = { id, read: Math.max(here.read, timeline(id).last), fresh: [] };
}

// The last message that was read, 0 where nobody looks.
export function seenIn(id) {
  if (here.id !== id) return 0;
  const read = here.fresh.filter(({ since }) => Date.now() - since >= READ);
  return Math.max(here.read, ...read.map((row) => row.id));
}
