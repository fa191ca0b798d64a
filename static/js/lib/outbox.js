// Replies on their way to our server. One at a time for each conversation and in order; what
// got no answer is tried again with the same client_id, until there is one or the agent drops it.
import { post } from './api.js';
import { now } from './clock.js';
import { signal } from './html.js';
import { sleep, wake } from './patience.js';
import { binding } from './people.js';
import { apply, conversations, me } from './state.js';
import { forget, keep, kept, onForgotten } from './unsent.js';
import { upload } from './upload.js';
import { uuid } from './uuid.js';

export { delivered, discard, edit, resend } from './again.js';

const queues = new Map(); // conversation id → signal of entries, each shaped like a MESSAGE
const running = new Set();
const uploads = new Map(); // client id → AbortController

export function pending(conversation) {
  if (!queues.has(conversation)) queues.set(conversation, signal([]));
  return queues.get(conversation);
}

export const sending = (conversation) => pending(conversation).value.filter(({ state }) => state === 'sending').length;

// file: a prepared picture, uploaded first. media: one that is on the server already.
export function send(conversation, { type, body = {}, media, file }) {
  const { account, customer } = conversations.get(conversation).value;
  const { kf_account = '', nick = '' } = binding(me.value, account) ?? {};
  const entry = {
    id: 0, client_id: uuid(), conversation, account, customer: customer.id, dir: 'out', type, body, at: now(),
    agent: me.value.id, kf_account, nick, state: 'sending', error: null, progress: 0, event: 0,
    errcode: 0, errmsg: '', media: media ?? (file && local(file)), file,
  };
  add(entry);
  keep(entry);
  run(conversation);
}

export function retry(clientId) {
  const entry = find(clientId);
  if (!entry || entry.error?.code === 'reload') return; // its picture is gone
  change(clientId, { state: 'sending', error: null, progress: 0 });
  run(entry.conversation);
}

export function drop(clientId) {
  uploads.get(clientId)?.abort();
  leave(find(clientId));
  wake();
}

const local = ({ blob, width, height, name }) =>
  ({ id: 0, state: 'ready', mime: blob.type, size: blob.size, width, height, name, url: URL.createObjectURL(blob) });

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
  if (values.state || values.media) keep(entry);
}

function leave(entry) {
  if (!entry) return;
  const { client_id, conversation, media } = entry;
  const queue = pending(conversation);
  queue.value = queue.value.filter((row) => row.client_id !== client_id);
  forget(client_id);
  if (media?.url) setTimeout(() => URL.revokeObjectURL(media.url), 60_000); // it may still be on the screen
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
    const { conversation, type, body } = entry;
    try {
      const media = await mediaOf(entry);
      if (!find(client_id)) return;
      apply(await post(`conversations/${conversation}/messages`, { client_id, type, body, media }));
      return leave(entry);
    } catch (error) {
      if (!find(client_id)) return;
      if (error.name !== 'ApiError') console.error(error);
      if (!mayPass(error)) return change(client_id, { state: 'failed', error, progress: 0 });
      await sleep(tries);
    }
  }
}

// No answer, a server in trouble, a log-in that has ended: the same request may succeed later.
const mayPass = ({ status }) => status === 0 || status >= 500 || [401, 408, 429].includes(status);

async function mediaOf({ client_id, account, file, media }) {
  if (!file || media.id) return media?.id;
  const abort = new AbortController();
  uploads.set(client_id, abort);
  const onProgress = (progress) => change(client_id, { progress });
  const stored = await upload(file.blob, { account, name: file.name, onProgress, signal: abort.signal })
    .finally(() => uploads.delete(client_id));
  change(client_id, { progress: 1, media: { ...stored, url: media.url } });
  return stored.id;
}

addEventListener('beforeunload', (event) => {
  const losing = [...queues.values()].some(({ value }) => value.some((entry) => entry.file && !entry.media.id));
  if (losing) event.preventDefault(); // a picture on its way up cannot be kept
});
onForgotten((clientId) => leave(find(clientId)));
for (const entry of kept()) add(entry);
for (const conversation of queues.keys()) run(conversation);
