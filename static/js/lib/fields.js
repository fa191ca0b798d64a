// The fields of editors and what WeChat takes in them (custom/send). A field is {most, unit, needed,
// counted, fault}; fault(text) is '' or what is wrong: editor.fault.FAULT says it in words.
import { ADDRESS } from './anchor.js';
import { byteLength } from './bytes.js';

export const lengthOf = (text) => [...text].length;

// Characters that people count.
export const words = (most, { needed = false } = {}) => field({
  most, needed, counted: true, fault: (text) => (lengthOf(text) > most ? 'long' : ''),
});

// The address of something on the web.
export const address = ({ most = 1024, needed = false } = {}) => field({
  most, needed, web: true, fault: (text) => addressFault(text, most),
});

// The path of a page in a mini program, with its parameters.
export const path = (most, { needed = false } = {}) => field({
  most, needed, fault: (text) => (byteLength(text) > most ? 'bytes' : /\s/.test(text) ? 'space' : ''),
});

// A text of one form; fault is what it is called otherwise.
export const shaped = (pattern, fault, { needed = false } = {}) => field({
  needed, fault: (text) => (pattern.test(text) ? '' : fault),
});

// The name of the first field that is wrong, or undefined.
export const faulty = (fields, form) => Object.keys(fields).find((name) => faultOf(fields, form, name));

export const faultOf = (fields, form, name) => fields[name].fault((form[name] ?? '').trim());

// The fields of a form as they are sent.
export const trimmed = (fields, form) => Object.fromEntries(Object.keys(fields).map((name) => [name, (form[name] ?? '').trim()]));

function field({ fault, ...rest }) {
  return { ...rest, fault: (text) => (text ? fault(text) : rest.needed ? 'empty' : '') };
}

function addressFault(text, most) {
  if (byteLength(text) > most) return 'bytes';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'scheme';
  return ADDRESS.test(text) ? '' : 'broken';
}
