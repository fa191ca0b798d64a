// What an agent has begun for each conversation: text (kept in this browser at once, per agent),
// a news card (the same) and pictures (in memory only: a reload forgets them).
import { boot } from './boot.js';
import { signal } from './html.js';
import { keys, read, remove, write } from './local.js';

const PREFIX = `kf.draft.${boot.me?.id ?? 0}.`;
const KEEP = 30 * 24 * 3_600_000;

const drafts = new Map(); // conversation id → Draft

export function draftOf(id) {
  if (!drafts.has(id)) drafts.set(id, new Draft(id));
  return drafts.get(id);
}

// For the list: both follow the draft when read in a view.
export const has = (id) => text(id) !== '' || draftOf(id).pictures.value.length > 0;
export const text = (id) => draftOf(id).text.value.trim();

class Draft {
  #key;

  constructor(id) {
    this.#key = PREFIX + id;
    this.text = signal('');
    this.news = signal(null); // {title, description, url, picurl}
    this.cover = signal(null); // the picture of the news card
    this.pictures = signal([]); // {key, name, url, busy} and what preparePicture gives, or media
    this.asked = signal(''); // field, news: what the composer should open
    this.reload();
  }

  // What the storage holds; another tab of the same agent writes there too.
  reload() {
    const kept = read(this.#key, {});
    this.text.value = kept.text ?? '';
    this.news.value = kept.news ?? null;
  }

  write(text) {
    this.text.value = text;
    this.#keep();
  }

  // Behind what is there already.
  append(text) {
    this.write([this.text.value.trim(), text].filter(Boolean).join('\n'));
  }

  writeNews(news, cover = null) {
    if (cover !== this.cover.value) forget(this.cover.value);
    this.news.value = news;
    this.cover.value = cover;
    this.#keep();
  }

  add(picture) {
    this.pictures.value = [...this.pictures.value, picture];
  }

  replace(picture, by) {
    this.pictures.value = this.pictures.value.map((row) => (row === picture ? by : row));
  }

  remove(picture) {
    forget(picture);
    this.pictures.value = this.pictures.value.filter((row) => row !== picture);
  }

  // A sent reply leaves nothing behind.
  clear() {
    this.pictures.value.forEach(forget);
    this.pictures.value = [];
    this.write('');
  }

  #keep() {
    const [text, news] = [this.text.value, this.news.value];
    if (text || news) write(this.#key, { text, news, at: Date.now() });
    else remove(this.#key);
  }
}

const forget = (picture) => picture?.blob && URL.revokeObjectURL(picture.url);

addEventListener('storage', ({ key }) => {
  if (key?.startsWith(PREFIX)) drafts.get(Number(key.slice(PREFIX.length)))?.reload();
});

for (const key of keys(PREFIX)) {
  if (!(Date.now() - read(key, {}).at < KEEP)) remove(key);
}
