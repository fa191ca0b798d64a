// WeChat's emoticons: static/emoji.json lists how each may be written, what to insert, its picture.
import { signal } from './html.js';
import { read, write } from './local.js';

const here = import.meta.url;
const RECENT = 'kf.emoji';
const RECENT_MAX = 12;

// All emoticons; empty until the list has come. Texts are plain till then.
export const emoticons = signal([]);

// Every spelling → emoticon. Some systems deliver codes with < > & escaped: those spell it too.
export const spellings = signal({ map: new Map(), pattern: null });

export const picture = (emoticon) => new URL(`../../img/emoji/${emoticon.img}`, here).href;

export const nameOf = ({ zh, en }) => (document.documentElement.lang.startsWith('zh') ? zh : en || zh);

async function load() {
  const answer = await fetch(new URL('../../emoji.json', here));
  if (!answer.ok) throw new Error(`emoji.json: ${answer.status}`);
  const list = await answer.json();
  const map = new Map();
  for (const emoticon of list) {
    for (const token of emoticon.tokens) map.set(token, emoticon).set(escaped(token), emoticon);
  }
  const longestFirst = [...map.keys()].sort((a, b) => b.length - a.length);
  spellings.value = { map, pattern: new RegExp(longestFirst.map(literal).join('|'), 'g') };
  emoticons.value = list.filter(({ insert }) => insert);
}

// A spelling as WeChat means it: not escaped.
export const codeOf = (token, { tokens }) => tokens.find((one) => one === token || escaped(one) === token);

const escaped = (token) => token.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const literal = (token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function recent() {
  return read(RECENT, []).map((code) => emoticons.value.find(({ insert }) => insert === code)).filter(Boolean);
}

export function used({ insert }) {
  write(RECENT, [insert, ...read(RECENT, []).filter((code) => code !== insert)].slice(0, RECENT_MAX));
}

load().catch((error) => console.error(error)); // texts stay readable without it
