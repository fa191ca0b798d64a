// Text of messages: emoticons as pictures, links that are safe to follow, the rest as it is.
// Everything goes through lit as text or attribute, never as HTML.
import { linksIn } from './anchor.js';
import { codeOf, nameOf, picture, spellings } from './emoji.js';
import { html, nothing } from './html.js';
import { t } from './i18n.js';
import { isWeb } from './web.js';
import { icon } from '../ui/icon.js';

// ASCII only: a Chinese sentence may go on right behind an address.
const ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;

// links: addresses can be clicked. own: a text of ours, where WeChat shows <a href> as a link;
// in a customer's text it stays what it is, for a label can lie about its target.
export function renderText(content, { links = false, own = false } = {}) {
  const text = content ?? '';
  if (own) return cut(text, linksIn(text), (link) => anchor(link, links), (rest) => plain(rest, links));
  return plain(text, links);
}

// Links first: a code such as /:love can be part of an address.
function plain(text, links) {
  return cut(text, find(text, ADDRESS), ({ source }) => {
    const address = trimmed(source);
    return [links ? link(address, address) : address, emoticonsIn(source.slice(address.length))];
  }, emoticonsIn);
}

// Also a mini program, which only WeChat opens: older clients open its href. And a tap that
// answers like an entry of a menu.
function anchor({ source, label, href, appid, menu }, links) {
  const words = emoticonsIn(label);
  if (appid) return mark('app-window', words, t('inbox.text.miniprogram', { appid }), links);
  if (menu !== undefined) return mark('mouse-pointer-click', words, t('inbox.text.menu'), links);
  if (!isWeb(href)) return source;
  return links ? link(href, words) : words;
}

const mark = (drawing, words, title, links) =>
  links ? html`<span class="inapp" title=${title}>${icon(drawing)}${words}<span class="sr"> ${title}</span></span>` : words;

const link = (target, label) =>
  html`<a href=${target} target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;

function emoticonsIn(text) {
  const { map, pattern } = spellings.value;
  if (!pattern || !text) return text || nothing;
  return cut(text, find(text, pattern), ({ source }) => image(source, map.get(source)), (rest) => rest);
}

// The code stands in for the picture wherever the text is copied to.
const image = (token, emoticon) =>
  html`<img class="emo" src=${picture(emoticon)} alt=${codeOf(token, emoticon)} title=${nameOf(emoticon)} width="20" height="20">`;

// The full stop or bracket behind an address is not part of it.
function trimmed(address) {
  let end = address.length;
  while (/[.,;:!?'*]/.test(address[end - 1]) || unmatched(address.slice(0, end))) end--;
  return address.slice(0, end);
}

const unmatched = (text) =>
  (text.endsWith(')') && !text.includes('(')) || (text.endsWith(']') && !text.includes('['));

const find = (text, pattern) =>
  Array.from(text.matchAll(pattern), ({ 0: source, index: start }) => ({ start, end: start + source.length, source }));

// The text as a list: everything found in it turned by one function, what lies between by the other.
export function cut(text, found, turn, between) {
  const out = [];
  let end = 0;
  for (const one of found) {
    if (one.start > end) out.push(between(text.slice(end, one.start)));
    out.push(turn(one));
    end = one.end;
  }
  if (end === 0) return between(text);
  if (end < text.length) out.push(between(text.slice(end)));
  return out;
}
