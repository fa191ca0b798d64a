// Replies on their way to our server. One at a time for each conversation and in order; what
// got no answer is tried again with the same client_id, until there is one or the agent drops it.
import { get, post } from './api.js';
import { now } from './clock.js';
import { signal } from './html.js';
import { sleep, wake } from './patience.js';
import { binding } from './people.js';
import { seenIn } from './seen.js';
import { apply, conversations, me, timeline } from './state.js';
import { askFor } from './together.js';
import { forget, keep, kept, onForgotten } from './unsent.js';
import { filesOf, known, stopFiles } from './upfiles.js';
import { uuid } from './uuid.js';

export { delivered, discard, edit, resend } from './again.js';
const queues = new Map(); // conversation id → signal of entries, each shaped like a MESSAGE
const running = new Set();

export function pending(conversation) {
  if (!queues.has(conversation)) queues.set(conversation, signal([]));
  return queues.get(conversation);
}

export const sending = (conversation) => pending(conversation).value.filter(({ state }) => state === 'sending').length;

// media and thumb: a MEDIA of the server, or a prepared file {blob, name, …}, which is uploaded first.
export function send(conversation, { type, body = {}, media, thumb }) {
  const { account, customer } = conversations.get(conversation).value;
  const { kf_account = '', nick = '' } = binding(me.value, account) ?? {};
  const entry = {
    id: 0, client_id: uuid(), conversation, account, customer: customer.id, dir: 'out', type, body, at: now(),
    agent: me.value.id, kf_account, nick, ...standing(conversation), seen: seenIn(conversation), error: null, progress: 0, event: 0,
    errcode: 0, errmsg: '', media: media && known(media), thumb: thumb && known(thumb), files: { media, thumb },
  };
  add(entry);
  keep(entry);
  run(conversation);
}

// What would overtake a reply that is held is held with it.
function standing(conversation) {
  const before = pending(conversation).value.find(({ state }) => state === 'held');
  const why = before?.why ?? (askFor(conversation) ? 'typing' : '');
  return { state: why ? 'held' : 'sending', why };
}

// A reply that its author has not decided on (held.js) takes all with it that is to leave behind it.
function hold(conversation, why) {
  const waits = ({ state }) => state === 'sending' || state === 'held';
  for (const { client_id } of pending(conversation).value.filter(waits)) change(client_id, { state: 'held', why, progress: 0 });
  timeline(conversation).refresh(conversation); // the page may not have heard of what the server knows
}

export function release(conversation, values) {
  const held = pending(conversation).value.filter(({ state }) => state === 'held');
  for (const { client_id } of held) change(client_id, { ...values, state: 'sending', why: '' });
  run(conversation);
}

export function retry(clientId) {
  const entry = find(clientId);
  if (!entry || entry.error?.code === 'reload') return; // its files are gone
  change(clientId, { state: 'sending', error: null, progress: 0 });
  run(entry.conversation);
}

export function drop(clientId) {
  stopFiles(clientId);
  leave(find(clientId));
  wake();
}

function find(clientId) {
  for (const queue of queues.values()) {
    const entry = queue.value.find(({ client_id }) => client_id === clientId);
    if (entry) return entry;
  }
}

function add(entry) {
  const queue = pending(entry.conversation);
  queue.value = [...queue.value, entry];
}

function change(clientId, values) {
  const old = find(clientId);
  if (!old) return; // dropped meanwhile
  const entry = { ...old, ...values };
  const queue = pending(entry.conversation);
  queue.value = queue.value.map((row) => (row === old ? entry : row));
  if (values.state || values.media || values.thumb) keep(entry);
}

function leave(entry) {
  if (!entry) return;
  const { client_id, conversation, media, thumb } = entry;
  const queue = pending(conversation);
  queue.value = queue.value.filter((row) => row.client_id !== client_id);
  forget(client_id);
  const revoke = () => [media, thumb].forEach((file) => file?.url && URL.revokeObjectURL(file.url));
  setTimeout(revoke, 60_000); // they may still be on the screen
}

async function run(conversation) {
  if (running.has(conversation)) return;
  running.add(conversation);
  const next = () => pending(conversation).value.find(({ state }) => state === 'sending');
  for (let entry = next(); entry; entry = next()) await deliver(entry.client_id);
  running.delete(conversation);
}

async function deliver(client_id) {
  for (let tries = 0; ; tries++) {
    const entry = find(client_id);
    if (entry?.state !== 'sending') return;
    const { conversation, type, body, seen, anyway } = entry;
    try {
      const ids = await filesOf(entry, (values) => change(client_id, values));
      if (!find(client_id)) return;
      apply(await post(`conversations/${conversation}/messages`, { client_id, type, body, ...ids, seen, anyway }));
      return leave(entry);
    } catch (error) {
      if (!find(client_id)) return;
      if (error.code === 'unseen') return hold(conversation, 'unseen');
      if (error.name !== 'ApiError') console.error(error);
      if (!mayPass(error)) {
        change(client_id, { state: 'failed', error, progress: 0 });
        if (error.status === 404) forget(client_id); // the customer may have been erased
        return;
      }
      change(client_id, { error: error.detail?.kind ? error : null }); // the server says what it lacks
      await sleep(tries);
    }
  }
}

// No answer, a server in trouble, a log-in that has ended: the same request may succeed later.
const mayPass = ({ status }) => status === 0 || status >= 500 || [401, 408, 429].includes(status);

addEventListener('beforeunload', (event) => {
  const losing = ({ media, thumb }) => media?.id === 0 || thumb?.id === 0;
  if ([...queues.values()].some(({ value }) => value.some(losing))) event.preventDefault(); // a file on its way up cannot be kept
});
onForgotten((clientId) => leave(find(clientId)));
for (const entry of kept()) add(entry);
for (const conversation of queues.keys()) {
  run(conversation);
  // Of a customer who was erased while this page was closed nothing is kept.
  get(`conversations/${conversation}`).catch(({ status }) => status === 404 && pending(conversation).value.forEach(leave));
}
