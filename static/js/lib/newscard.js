// A news card and what WeChat takes of it (custom/send, news: exactly one article).
import { byteLength } from './bytes.js';

export const LIMITS = { title: 64, description: 120, url: 1024, picurl: 1024 }; // characters, then bytes

export const lengthOf = (text) => [...text].length;

// What is wrong with a field, or ''; composer.news.fault.FAULT says it in words.
const checks = {
  title: (text) => (!text ? 'empty' : lengthOf(text) > LIMITS.title ? 'long' : ''),
  description: (text) => (lengthOf(text) > LIMITS.description ? 'long' : ''),
  url: (text) => (text ? addressFault(text, LIMITS.url) : 'empty'),
  picurl: (text) => (text ? addressFault(text, LIMITS.picurl) : ''),
};

export const faultOf = (card, name) => checks[name]((card[name] ?? '').trim());

// The name of the first field that is wrong, or undefined.
export const faulty = (card) => Object.keys(checks).find((name) => faultOf(card, name));

function addressFault(text, limit) {
  if (byteLength(text) > limit) return 'bytes';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'scheme';
  return /^https?:\/\/[^\s/?#]+\S*$/i.test(text) ? '' : 'broken';
}

// As it is sent. A picture of ours takes the place of an address.
export function bodyOf({ title = '', description = '', url = '', picurl = '' }, picture) {
  return { title: title.trim(), description: description.trim(), url: url.trim(), picurl: picture ? '' : picurl.trim() };
}
