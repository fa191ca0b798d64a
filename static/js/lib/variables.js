// Variables of quick replies, {NAME} in a text. One without a value stays as it is written, and
// keeps the text from being sent.
import { now } from './clock.js';
import { binding } from './people.js';
import { variables } from './quick.js';
import { accounts, me } from './state.js';

const VARIABLE = /\{([^{}\n]{1,20})\}/g;

// The text in parts: {text} or {text, name, value} where a variable is; value may be ''.
export function parts(text, conversation) {
  const list = [];
  let from = 0;
  for (const { 0: written, 1: name, index } of text.matchAll(VARIABLE)) {
    const what = variables.value[name];
    if (!what) continue;
    list.push({ text: text.slice(from, index) }, { text: written, name, value: valueOf(what, name, conversation) });
    from = index + written.length;
  }
  return [...list, { text: text.slice(from) }].filter((part) => part.text);
}

export const filled = (text, conversation) => parts(text, conversation).map(({ text: written, value }) => value || written).join('');

// The same for every text of a body.
export function filledBody(body, conversation) {
  if (typeof body === 'string') return filled(body, conversation);
  if (Array.isArray(body)) return body.map((one) => filledBody(one, conversation));
  if (body && typeof body === 'object') return Object.fromEntries(Object.entries(body).map(([name, one]) => [name, filledBody(one, conversation)]));
  return body;
}

// The first variable that still stands in a text: {name, start, end}, or null.
export function blankIn(text) {
  for (const { 0: written, 1: name, index } of text.matchAll(VARIABLE)) {
    if (variables.value[name]) return { name, start: index, end: index + written.length };
  }
  return null;
}

// sample: values for who looks at a text without a conversation. A made-up name is for us: only a remark is what a customer is called, without what is added in
// brackets.
function valueOf(what, name, { account, customer, sample }) {
  const language = /\p{Script=Han}/u.test(name) ? 'zh-CN' : 'en';
  const values = {
    customer: () => customer.remark.replace(/[\uff08(].*$/, '').trim(),
    agent: () => binding(me.value, account)?.nick,
    account: () => accounts.value.find(({ id }) => id === account)?.name,
    date: () => new Date(now()).toLocaleDateString(language, { month: 'long', day: 'numeric' }),
    time: () => new Date(now()).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false }),
  };
  return sample?.[what] || (values[what]?.() ?? '');
}
