// What the agent looks for, and what the server found of it.
import { get } from './api.js';
import { now } from './clock.js';
import { batch, computed, signal } from './html.js';
import { current } from './state.js';

const PAUSE = 150; // after the last letter
const [SOON, SELDOM] = [1_000, 30_000]; // between questions while the index is behind, the first and the last
const DAY = 86_400_000;
const nothing = { text: '', agent: 0, tag: 0, days: 0, kind: '' }; // kind: a type of messages, or in, out, note

export const typed = signal(''); // what stands in the field, also while an input method is at work
export const query = signal(nothing);
export const found = signal({ customers: [], hits: [], more: false, next: 0, behind: 0 });
export const newer = signal(false); // there are hits that would take the place of those the agent is at
export const state = signal('idle'); // idle, loading, ready, failed
export const at = signal(-1); // the hit in the thread

export const searching = computed(() => query.value.text !== '');
export const filtered = computed(() => Boolean(query.value.agent || query.value.tag || query.value.days || query.value.kind));

// The hit that the thread shows, undefined while it shows none.
export const shown = computed(() => {
  const hit = searching.value ? found.value.hits[at.value] : undefined;
  return hit?.conversation.id === current.value ? hit : undefined;
});

let asked = null; // the query that is on its way or answered
let timer = 0; // of the next question
let pause = SOON;

// Changes the query; the server is asked when the agent pauses.
export function ask(change) {
  const next = { ...query.value, ...change };
  const typed = change.text !== undefined;
  batch(() => {
    query.value = next;
    at.value = -1;
    state.value = next.text ? 'loading' : 'idle';
  });
  clearTimeout(timer);
  if (next.text) timer = setTimeout(load, typed ? PAUSE : 0);
  else asked = null;
}

export function leave() {
  typed.value = '';
  ask(nothing);
}

export const clear = () => ask({ ...nothing, text: query.value.text });

export async function load() {
  const mine = (asked = query.value);
  clearTimeout(timer);
  pause = SOON;
  state.value = 'loading';
  newer.value = false;
  await take(mine, () => get(address(mine)));
  wait();
}

// While the index is behind, the same is asked again: less and less often, and only as long as the
// agent looks for it.
function wait() {
  clearTimeout(timer);
  if (!asked || state.value === 'failed' || !found.value.behind) return;
  timer = setTimeout(again, pause);
  pause = Math.min(pause * 2, SELDOM);
}

async function again() {
  const mine = asked;
  const answer = document.hidden ? null : await get(address(mine)).catch(() => null);
  if (mine !== asked || mine !== query.value) return;
  if (answer && state.value === 'ready') meet(answer); // else the next page is on its way
  wait();
}

// Puts what the index has learned before what was found: it learns messages in their order. What the
// agent is at stays; hits that leave a gap before it are only told of.
function meet(answer) {
  const { hits, more, next } = found.value;
  const fresh = answer.hits.filter(({ message }) => !(message.id <= hits[0]?.message.id));
  const gap = fresh.length === answer.hits.length && answer.more;
  const busy = at.value >= 0 || hits.length > answer.hits.length || document.activeElement?.closest('#hits');
  batch(() => {
    if (!gap) {
      found.value = { ...answer, hits: [...fresh, ...hits], ...(hits.length ? { more, next } : {}) };
      if (at.value >= 0) at.value += fresh.length;
    } else if (busy && hits.length) {
      found.value = { ...found.value, behind: answer.behind };
      newer.value = true;
    } else found.value = answer;
  });
}

// The next page. One at a time, for two would bring the same.
export async function loadMore() {
  const { hits, more, next } = found.value;
  if (!more || state.value !== 'ready') return;
  state.value = 'loading';
  const mine = asked;
  await take(mine, async () => {
    const page = await get(address(mine, `&before=${next}`));
    return { ...page, customers: found.value.customers, hits: [...hits, ...page.hits] };
  });
}

// An answer that comes after another question is none.
async function take(mine, read) {
  const answer = await read().catch(() => null);
  if (mine !== asked || mine !== query.value) return;
  batch(() => {
    if (answer) found.value = answer;
    state.value = answer ? 'ready' : 'failed';
  });
}

function address({ text, agent, tag, days, kind }, more = '') {
  const direction = ['in', 'out', 'note'].includes(kind);
  return `search?q=${encodeURIComponent(text)}`
    + (agent ? `&agent=${agent}` : '')
    + (tag ? `&tag=${tag}` : '')
    + (days ? `&from=${Math.floor(now() - days * DAY)}` : '')
    + (kind ? `&${direction ? 'dir' : 'type'}=${kind}` : '')
    + more;
}
