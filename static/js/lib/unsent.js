// Replies that our server does not have yet, kept in this browser so that a reload loses no text.
import { boot } from './boot.js';
import { t } from './i18n.js';
import { keys, read, remove, write } from './local.js';

const PREFIX = `kf.out.${boot.me?.id ?? 0}.`;
const FRESH = 60_000;
const KEEP = 30 * 24 * 3_600_000;
let forgotten = () => {};

export function keep({ files, error, progress, ...entry }) {
  const [media, thumb] = [entry.media, entry.thumb].map((file) => file && { ...file, blob: undefined, url: undefined });
  write(PREFIX + entry.client_id, { ...entry, media, thumb, stored: Date.now() });
}

export const forget = (clientId) => remove(PREFIX + clientId);

// Nothing stays of what was to be said to a customer who was erased.
export function forgetCustomer(customer) {
  for (const key of keys(PREFIX).filter((one) => read(one, {}).customer === customer)) {
    remove(key);
    forgotten(key.slice(PREFIX.length));
  }
}

// The entries of the page before. What is not fresh waits for a person: nothing leaves by
// surprise the next morning. A file that was not on the server yet is gone.
export function kept() {
  const entries = keys(PREFIX).map((key) => read(key, null)).filter(Boolean);
  return entries.sort((a, b) => a.at - b.at).map(({ stored, media, thumb, ...rest }) => {
    const entry = { ...rest, media: found(media), thumb: found(thumb) };
    const gone = [entry.media, entry.thumb].some((file) => file?.state === 'lost');
    const fresh = entry.state === 'sending' && Date.now() - stored < FRESH;
    const reason = gone ? 'reload' : 'stale';
    if (entry.state === 'held' && !gone) return { ...entry, progress: 0, error: null };
    return { ...entry, progress: 0, state: fresh && !gone ? 'sending' : 'failed', error: fresh && !gone ? null : failure(reason) };
  });
}

const found = (file) => (file && !file.id ? { ...file, state: 'lost', error: 'reload' } : file);

// The catalogue comes after this module: the words are looked up when they are shown.
const failure = (code) => ({
  code,
  get text() {
    return t(`composer.unsent.${code}`);
  },
});

// Another tab has sent or dropped an entry that this one holds too, or it was forgotten here.
export function onForgotten(tell) {
  forgotten = tell;
  addEventListener('storage', ({ key, newValue }) => {
    if (newValue === null && key?.startsWith(PREFIX)) tell(key.slice(PREFIX.length));
  });
}

for (const key of keys(PREFIX)) {
  if (!(Date.now() - read(key, {}).stored < KEEP)) remove(key);
}
