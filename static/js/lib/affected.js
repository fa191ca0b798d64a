// The words of a reply that the customer has just used too: what they say now may concern these.
import { t } from './i18n.js';

const WORD = /[\p{L}\p{N}]/u;
const SPACED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{N}]/u; // a word ends where one of another kind begins

// The text in parts: {text} and, where the customer used it, {text, shared}.
export function affected(text, said) {
  const parts = [];
  let rest = 0;
  for (let at = 0; at < text.length;) {
    const length = longest(text, at, said);
    if (!length) at++;
    else {
      if (at > rest) parts.push({ text: text.slice(rest, at) });
      parts.push({ text: text.slice(at, at + length), shared: true });
      rest = at += length;
    }
  }
  return rest < text.length ? [...parts, { text: text.slice(rest) }] : parts;
}

// How long the longest such word is that begins at a place, 0 for none.
function longest(text, at, said) {
  let end = at;
  while (end < text.length && WORD.test(text[end]) && said.includes(text.slice(at, end + 1))) end++;
  for (; end - at >= 2; end--) {
    const word = text.slice(at, end);
    if (isWhole(text, at, end) && isWhole(said, said.indexOf(word), said.indexOf(word) + word.length) && !isCommon(word)) return end - at;
  }
  return 0;
}

const isWhole = (text, from, to) => !inside(text, from) && !inside(text, to);
const inside = (text, at) => SPACED.test(text[at - 1] ?? '') && SPACED.test(text[at] ?? '');

// Words that say nothing about what is spoken of.
const isCommon = (word) => t('together.held.common').split(' ').some((one) => one.includes(word.toLowerCase()));
