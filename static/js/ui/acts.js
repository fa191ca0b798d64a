// What the agent does with keys and buttons, and where that leads.
import { claim, claimNext, end, endAll, reopen } from '../lib/deeds.js';
import { effect, untracked } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { typing } from '../lib/layout.js';
import { customerName } from '../lib/people.js';
import { go as goTo } from '../lib/route.js';
import { counts } from '../lib/counts.js';
import { current, isMine, opened } from '../lib/state.js';
import { hold, order, thaw, view } from '../lib/views.js';
import { focusReply } from './dock.js';
import { chooseEnds, reasonFor } from './ending.js';
import { reveal } from './rows.js';
import { refused, toast } from './toast.js';

const phone = matchMedia('(max-width: 859px)');
let busy = false;

// Shows a conversation; with field the cursor goes there, for the agent came to write.
export async function go(name, id, { field = false, replace = false } = {}) {
  try {
    await goTo(name, id, { replace });
    if (field && typing() && isMine(opened.value)) focusReply();
  } catch (error) {
    refused(error);
    if (current.value === id) goTo(name, 0, { replace: true });
  }
}

// Shows a conversation in the view it belongs to.
export function show(row) {
  const home = { waiting: 'waiting', closed: 'ended' }[row.state] ?? (isMine(row) ? 'mine' : 'all');
  return go(home, row.id, { field: true });
}

// The next or the previous row of the list.
export function step(by) {
  const ids = order.value;
  if (!ids.length) return;
  hold(2_000);
  const at = ids.indexOf(current.value);
  const to = at < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.max(0, Math.min(ids.length - 1, at + by));
  go(view.value, ids[to], { replace: true });
  requestAnimationFrame(() => reveal(ids[to])); // it lays the page out, once the thread is drawn
}

export const take = () => once(() => claim(current.value));

export const takeNext = () => once(async () => {
  const { id } = await claimNext();
  thaw();
  await go('mine', id, { field: true });
  reveal(id);
  if (typing()) focusReply();
});

// Ends the open conversation and goes on to the row that follows it.
export const finish = () => once(async () => {
  const row = opened.value;
  const reason = await reasonFor(row);
  if (reason === null) return;
  await leave(row.id, () => end(row.id, reason), () => {
    toast(t('inbox.ended', { name: customerName(row.customer) }), { icon: 'check', action: t('common.undo'), run: () => again(row.id) });
  });
});

// Does what takes a conversation out of the agent's hands, then goes on to the row that follows it.
export async function leave(id, deed, done = () => {}) {
  const ids = order.value;
  const at = ids.indexOf(id);
  await deed();
  thaw();
  done();
  if (view.value === 'ended' || current.value !== id) return;
  const next = at < 0 ? 0 : (ids[at + 1] ?? ids[at - 1] ?? 0);
  await go(view.value, phone.matches ? 0 : next, { replace: true });
  if (next && !phone.matches) reveal(next);
}

// Ends those of several that the agent chooses, in one go; one undo for all.
export const finishSeveral = (ids) => once(async () => {
  const chosen = await chooseEnds(ids);
  if (!chosen) return;
  const ended = await endAll(chosen.ids, chosen.reason);
  thaw();
  const left = chosen.ids.length - ended.length;
  toast(t('handover.ended', { n: ended.length }) + (left ? t('handover.ended.left', { n: left }) : ''),
    { icon: 'check', ...(ended.length && { action: t('common.undo'), run: () => once(() => Promise.all(ended.map(reopen))) }) });
  if (ended.includes(current.value) && view.value === 'mine') await go('mine', 0, { replace: true });
});

export const again = (id) => once(async () => {
  await reopen(id);
  thaw();
  await go('mine', id, { field: true });
});

// What E does: end an open conversation, open an ended one again.
export function endOrReopen() {
  const row = opened.value;
  if (row && isMine(row)) finish();
  else if (row?.state === 'closed') again(row.id);
}

// What A does: take the one in the thread, or the most urgent when there is none.
export function takeThis() {
  if (opened.value?.state === 'waiting') take();
  else if (!opened.value && counts.value.waiting) takeNext();
}

// A conversation that became ours while it is open goes on among ours, whoever caused it.
export function followClaims() {
  let before = { id: 0 };
  effect(() => {
    const row = opened.value;
    const became = row && row.id === before.id && before.state === 'waiting' && isMine(row);
    before = { id: row?.id ?? 0, state: row?.state };
    if (became) untracked(() => moveToMine(row.id));
  });
}

async function moveToMine(id) {
  thaw();
  if (view.value !== 'waiting') return;
  await go('mine', id, { replace: true, field: true });
}

// One deed at a time; a refusal is shown.
export async function once(deed) {
  if (busy) return;
  busy = true;
  await deed().catch(refused);
  busy = false;
}

