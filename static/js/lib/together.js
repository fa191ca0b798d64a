// Colleagues in the same conversation: who looks at it and who types there. Signals: they may be
// lost, and are told anew with each connection.
import { signal } from './html.js';
import { me } from './state.js';

const NOBODY = { looking: [], typing: [] };
const places = new Map(); // conversation id → signal of {looking, typing}, ids of agents
const asked = new Set(); // 'CONVERSATION AGENT': that they type was pointed out

function placeOf(id) {
  if (!places.has(id)) places.set(id, signal(NOBODY));
  return places.get(id);
}

const others = (ids) => ids.filter((id) => id !== me.value?.id);

export const looking = (id) => others(placeOf(id).value.looking);
export const typists = (id) => others(placeOf(id).value.typing);

export function putPlace({ conversation, looking, typing }) {
  for (const agent of placeOf(conversation).peek().typing) {
    if (!typing.includes(agent)) asked.delete(`${conversation} ${agent}`);
  }
  placeOf(conversation).value = { looking, typing };
}

export function forgetPlaces() {
  for (const place of places.values()) place.value = NOBODY;
}

// Whether to ask before a reply leaves beside a colleague who types: once for each time they do.
export function askFor(id) {
  const fresh = typists(id).filter((agent) => !asked.has(`${id} ${agent}`));
  for (const agent of fresh) asked.add(`${id} ${agent}`);
  return fresh.length > 0;
}
