// Texts and times in the reader's language. Texts come from static/i18n, merged by the server.
import { asset, boot } from './boot.js';
import { now } from './clock.js';

const language = boot.lang || 'zh-CN';
const plural = new Intl.PluralRules(language);
let texts = {};

export async function loadCatalogue() {
  const answer = await fetch(asset(`i18n/${language}.json`));
  if (!answer.ok) throw new Error(`catalogue: ${answer.status}`);
  texts = await answer.json();
}

export const has = (key) => key in texts;

// The text of a key with {name} filled in; n chooses the plural. A missing key shows itself.
export function t(key, params) {
  let text = texts[key];
  if (params?.n !== undefined) text = texts[`${key}.${plural.select(params.n)}`] ?? texts[`${key}.other`] ?? text;
  if (text === undefined) return key;
  return params ? text.replace(/\{(\w+)\}/g, (hole, name) => params[name] ?? hole) : text;
}

const languages = new Intl.DisplayNames(language, { type: 'language' });

// The name of a language as WeChat writes it: zh_CN, en.
export function languageName(code) {
  try {
    return languages.of(code.replaceAll('_', '-'));
  } catch {
    return code;
  }
}

const format = (options) => new Intl.DateTimeFormat(language, options);
const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const monthDay = format({ month: 'short', day: 'numeric' });
const yearMonthDay = format({ year: 'numeric', month: 'short', day: 'numeric' });
const weekday = format({ weekday: 'short' });

// Whole days from a time to now, by the reader's calendar: 0 is today, 1 is yesterday.
export function daysAgo(ms) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now()) - midnight(ms)) / 86_400_000);
}

const sameYear = (ms) => new Date(ms).getFullYear() === new Date(now()).getFullYear();

export const formatTime = (ms) => clock.format(ms);

const formatDate = (ms) => (sameYear(ms) ? monthDay : yearMonthDay).format(ms);

export const formatFullDate = (ms) => yearMonthDay.format(ms);

// The heading of a day in a thread.
export function formatDay(ms) {
  const date = t('inbox.day.date', { date: formatDate(ms), weekday: weekday.format(ms) });
  const days = daysAgo(ms);
  if (days === 0) return t('inbox.day.today', { date });
  return days === 1 ? t('inbox.day.yesterday', { date }) : date;
}

// One short word for a row: the time today, else the day.
export function formatListTime(ms) {
  const days = daysAgo(ms);
  if (days <= 0) return formatTime(ms);
  return days === 1 ? t('inbox.yesterday') : formatDate(ms);
}

// A time with its day where today would be a wrong guess.
export function formatWhen(ms) {
  return daysAgo(ms) === 0 ? formatTime(ms) : t('inbox.day.time', { day: formatListTime(ms), time: formatTime(ms) });
}

const two = (number) => String(number).padStart(2, '0');

// Time that is left: hours and minutes, below an hour minutes, from ten minutes down a stop watch.
export function formatSpan(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (seconds <= 600) return `${minutes}:${two(seconds % 60)}`;
  if (minutes < 60) return t('inbox.span.m', { m: minutes });
  return t('inbox.span.hm', { h: Math.floor(minutes / 60), m: two(minutes % 60) });
}

// The length of a sound or a film, and where it stands.
export function formatClock(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

// Time that went by, to the second below an hour.
export function formatLength(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return t('inbox.span.hm', { h: Math.floor(minutes / 60), m: two(minutes % 60) });
  if (minutes > 0 && seconds % 60 === 0) return t('inbox.span.m', { m: minutes });
  if (minutes > 0) return t('inbox.span.ms', { m: minutes, s: seconds % 60 });
  return t('inbox.span.s', { s: seconds });
}

// How long a customer waits, in one unit.
export function formatWait(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (ms < 10_000) return t('inbox.wait.now');
  if (minutes < 1) return t('inbox.wait.s', { s: Math.floor(ms / 1000) });
  if (minutes < 60) return t('inbox.wait.m', { m: minutes });
  if (minutes < 1440) return t('inbox.wait.h', { h: Math.floor(minutes / 60) });
  return t('inbox.wait.d', { d: Math.floor(minutes / 1440) });
}
