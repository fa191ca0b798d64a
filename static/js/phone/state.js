// What the sandbox says, and whose phone it is. The state comes whole with every change.
import { setServerTime } from '../lib/clock.js';
import { computed, signal } from '../lib/html.js';
import { has, t } from '../lib/i18n.js';
import { toast } from '../ui/toast.js';

export const state = signal(null);
export const connected = signal(true);
const chosen = signal(decodeURIComponent(location.hash.slice(1)));

export const user = computed(() => {
  const { users = [], openid } = state.value ?? {};
  return users.find((one) => one.openid === openid);
});

export const account = computed(() => state.value?.accounts.find(({ appid }) => appid === user.value?.appid));

export const fileURL = (name) => `/phone/api/files/${name}`;

let waiting = null;

// Waits for the next change, for ever; after a failure with growing rests.
export async function follow() {
  for (let failures = 0; ;) {
    waiting = new AbortController();
    const openid = chosen.value;
    try {
      const since = state.value?.openid === openid ? state.value.version : 0;
      take(await load(`state?since=${since}&openid=${encodeURIComponent(openid)}`), openid);
      failures = 0;
      connected.value = true;
      await rest(50);
    } catch (fault) {
      if (fault.name === 'AbortError') continue;
      connected.value = false;
      await rest(Math.min(10_000, 500 * 2 ** failures++) * (0.5 + Math.random()));
    }
  }
}

async function load(path) {
  const timer = setTimeout(() => waiting.abort(new Error('timeout')), 40_000);
  try {
    const answer = await fetch(`/phone/api/${path}`, { signal: waiting.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } finally {
    clearTimeout(timer);
  }
}

function take(next, asked) {
  if (asked !== chosen.value) return;
  setServerTime(next.now);
  state.value = next;
  if (!asked) chosen.value = next.openid;
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));

// Takes another phone into the hand.
export function choose(openid) {
  history.replaceState(null, '', `#${encodeURIComponent(openid)}`);
  chosen.value = openid;
  waiting?.abort();
}

addEventListener('hashchange', () => choose(decodeURIComponent(location.hash.slice(1))));

// Calls the sandbox. A refusal is shown; the answer is then undefined.
export async function post(path, body) {
  const form = body instanceof FormData;
  try {
    const answer = await fetch(`/phone/api/${path}`, {
      method: 'POST',
      headers: form ? {} : { 'Content-Type': 'application/json' },
      body: form ? body : JSON.stringify(body),
    });
    const result = await answer.json().catch(() => ({}));
    if (answer.ok) return result;
    refuse(result.error?.code, answer.status);
  } catch {
    refuse('network', 0);
  }
  return undefined;
}

function refuse(code, status) {
  const key = `phone.err.${code}`;
  toast(has(key) ? t(key) : t('phone.err.other', { status }), { icon: 'circle-alert', danger: true });
}

// Does something as the user whose phone is shown. files: {file, thumb}.
export function act(action, files) {
  const body = { openid: user.value.openid, ...action };
  if (!files) return post('act', body);
  const form = new FormData();
  form.append('action', JSON.stringify(body));
  for (const [name, file] of Object.entries(files)) {
    if (file) form.append(name, file, file.name ?? `${name}.jpg`);
  }
  return post('act', form);
}

export const read = (openid) => post('read', { openid });

// The ready actions of a kind, as the sandbox offers them. Each brings an empty openid.
export const samples = (kind) => state.value.samples.filter((one) => one.do === kind).map(({ openid, ...rest }) => rest);

export const sampleURL = (name) => `/phone/api/samples/${name}`;
