// What this tab knows, as signals. Live frames, replayed frames and answers to requests all
// come in through apply(), in any order: a row never gives way to an older event.
import { get } from './api.js';
import { boot } from './boot.js';
import { draftOf, dropDraft } from './drafts.js';
import { beginEnded, countEnded, zone } from './endedtoday.js';
import { batch, computed, signal } from './html.js';
import { loadQuick } from './quick.js';
import { mentions } from './mentions.js';
import { dropTimeline, putMessage, timelineOf } from './timeline.js';
import { forgetCustomer } from './unsent.js';

export const me = signal(boot.me);
export const accounts = signal([]);
export const agents = signal(new Map());
export const conversations = new Map(); // id → signal of a conversation
export const changed = signal(0); // goes up with every change of any conversation
export const current = signal(0); // the conversation in the thread, 0 for none
export const received = { total: 0 }; // customers' messages since the page was loaded

export const settings = boot.settings ?? {};
const listeners = [];

let watcher = () => {};
// told(before, row) hears of every change of a conversation from now on; before is undefined for a new one.
export const watch = (told) => {
  watcher = told;
};

// The conversation in the thread, undefined while there is none.
export const opened = computed(() => {
  changed.value;
  return conversations.get(current.value)?.value;
});

export const isMine = (conversation) => conversation.state === 'open' && conversation.agent === me.value?.id;

// The first data of the page; the answer is the event id to listen from.
export async function load() {
  const [, active, named] = await Promise.all([loadMe(), get(`conversations?view=active&zone=${zone()}`), get('mentions')]);
  batch(() => {
    active.conversations.forEach(putConversation);
    beginEnded(active.counts);
    mentions.value = named.mentions;
  });
  return active.since;
}

// Who looks, and what they may see.
export async function loadMe() {
  const who = await get('me');
  batch(() => {
    me.value = who.me;
    accounts.value = who.accounts;
    agents.value = new Map(who.agents.map((agent) => [agent.id, agent]));
  });
}

// A page of the closed conversations, or of those of blocked customers, newest first: their ids, and
// whether there are more.
export async function loadPage(view, before) {
  const { conversations: page, more } = await get(`conversations?view=${view}${before ? `&before=${before}` : ''}`);
  batch(() => page.forEach(putConversation));
  return { more, ids: page.map(({ id }) => id) };
}

export function apply(frame) {
  if (frame.conversation?.customer.erased) return forget(frame.conversation.customer.id);
  batch(() => {
    if (frame.conversation) putConversation(frame.conversation);
    if (frame.message) heard(frame);
    else if (frame.kind === 'message') missed(frame.conversation);
    if (frame.agent) putAgent(frame.agent);
    if (frame.draft) draftOf(frame.draft.conversation).take(frame.draft);
    if (frame.mentions) mentions.value = frame.mentions;
  });
  if (frame.kind === 'quickreply') loadQuick();
  if (frame.kind === 'account') loadMe().catch(() => {}); // the next frame or page load brings it
}

// A customer was erased: nothing of them stays in this browser.
function forget(customer) {
  batch(() => {
    const left = opened.value?.customer.id === customer;
    for (const [id, conversation] of conversations) {
      if (conversation.peek().customer.id !== customer) continue;
      conversations.delete(id);
      dropDraft(id);
    }
    forgetCustomer(customer);
    dropTimeline(customer);
    changed.value = changed.peek() + 1;
    if (left) location.hash = '#mine';
  });
}

// Tells a listener of every message that comes with a frame.
export const hear = (listener) => listeners.push(listener);

function heard(frame) {
  putMessage(frame.message);
  for (const listener of listeners) listener(frame);
}

// Shows a conversation and loads what is missing of it, or what stands around a message. Refuses
// with an ApiError.
export async function open(id, at = 0) {
  if (conversations.has(current.peek())) timeline(current.peek()).leave();
  current.value = id;
  if (!id) return;
  if (!conversations.has(id)) apply(await get(`conversations/${id}`));
  await (at ? timeline(id).loadAround(id, at) : timeline(id).loadNewest(id));
}

// The messages of a conversation's customer, over all their conversations.
export function timeline(id) {
  return timelineOf(conversations.get(id).value.customer.id);
}

function putConversation(row) {
  const known = conversations.get(row.id);
  const before = known?.value;
  if (before?.event > row.event) return;
  countEnded(before, row);
  received.total += Math.max(0, row.unread - (before?.unread ?? 0));
  if (known) known.value = row;
  else conversations.set(row.id, signal(row));
  if (before && row.customer.event > before.customer.event) spread(row.customer);
  changed.value = changed.peek() + 1;
  watcher(before, row);
}

// A customer's change comes with their newest conversation; the others in this tab show it too.
function spread(customer) {
  for (const one of conversations.values()) {
    const row = one.peek();
    if (row.customer.id === customer.id && row.customer.event < customer.event) one.value = { ...row, customer };
  }
}

function putAgent(agent) {
  agents.value = new Map(agents.value).set(agent.id, agent);
  if (agent.id === me.value.id) me.value = agent;
}

// A message of the customer in the thread changed while the server did not yet know that we look.
function missed(conversation) {
  const here = opened.value;
  if (here && conversation?.customer.id === here.customer.id) timeline(here.id).refresh(here.id);
}
