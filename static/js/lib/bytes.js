// WeChat measures a text in bytes of UTF-8 (custom/send, text).
import { linkAt } from './anchor.js';

const encoder = new TextEncoder();
export const PART = 2000; // a part of a long text; the limit itself is 2,048

export const byteLength = (text) => encoder.encode(text).length;

// Cuts a text into parts that fit: after a line break or the end of a sentence if one is near,
// else after a comma or blank, else between two characters.
export function split(text, limit = PART) {
  const parts = [];
  let rest = text.trim();
  while (byteLength(rest) > limit) {
    const end = outside(rest, breakBefore(rest, fitting(rest, limit)));
    parts.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  if (rest) parts.push(rest);
  return parts;
}

// A link stays whole if it can.
const outside = (text, end) => linkAt(text, end)?.start || end;

// Firefox has no Segmenter before 125: there an emoji made of several may be cut between them.
const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const characters = (text) => (segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : [...text]);

// How much of the text fits; never half a character.
function fitting(text, limit) {
  let bytes = 0;
  let end = 0;
  for (const character of characters(text.slice(0, limit))) {
    bytes += byteLength(character);
    if (bytes > limit) return end || character.length;
    end += character.length;
  }
  return end;
}

const BREAKS = [/\n/g, /[\u3002\uff01\uff1f\u2026!?;\uff1b]["'\u201d\u300d\uff09)]?|\.\s/g, /[\uff0c\u3001,]|\s/g];

function breakBefore(text, end) {
  const head = text.slice(0, end);
  for (const pattern of BREAKS) {
    const last = [...head.matchAll(pattern)].at(-1);
    const at = last ? last.index + last[0].length : 0;
    if (at > end / 2) return at;
  }
  return end;
}
