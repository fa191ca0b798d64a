// What an agent has begun for each conversation: see drafttext.js. A file is in memory only until it is
// on the server.
import { boot } from './boot.js';
import { DraftText } from './drafttext.js';
import { signal } from './html.js';
import { keys, read, remove } from './local.js';

const PREFIX = `kf.draft.${boot.me?.id ?? 0}.`;
const KEEP = 30 * 24 * 3_600_000;

const drafts = new Map(); // conversation id → Draft

export function draftOf(id) {
  if (!drafts.has(id)) drafts.set(id, new Draft(id));
  return drafts.get(id);
}

// Nothing stays of a draft whose conversation is no more.
export function dropDraft(id) {
  const draft = drafts.get(id);
  drafts.delete(id);
  remove(PREFIX + id);
  draft?.empty();
}

// For the list: both follow the draft when read in a view.
export const has = (id) => text(id) !== '' || begunType(id) !== '';
export const text = (id) => draftOf(id).texts.join('\n');

// What type has been begun besides texts, '' for none.
export function begunType(id) {
  const { forms, all } = draftOf(id);
  const type = all[0]?.[0].split(' ')[0] ?? Object.keys(forms.value).find((name) => written(forms.value[name])) ?? '';
  return forms.value[type]?.type ?? type;
}

// Whether a person has written something in a form.
const written = (value) => (typeof value === 'string' ? value.trim() !== ''
  : Object.entries(value ?? {}).some(([name, part]) => !['type', 'id'].includes(name) && written(part)));

// The conversations of which this browser keeps a draft.
export const keptDrafts = () => keys(PREFIX).map((key) => Number(key.slice(PREFIX.length)));

class Draft extends DraftText {
  constructor(id) {
    super(id, PREFIX + id);
    this.asked = signal(''); // field or the type of an editor: what the composer should open
  }

  form(type) {
    return this.forms.value[type] ?? {};
  }

  file(type, slot) {
    return this.files.value[`${type} ${slot}`] ?? null;
  }

  writeForm(type, form) {
    this.forms.value = { ...this.forms.value, [type]: form };
    this.edit();
  }

  writeFile(type, slot, file) {
    const before = this.file(type, slot);
    if (file !== before) forget(before);
    this.files.value = { ...this.files.value, [`${type} ${slot}`]: file };
    if (file !== before) this.edit();
  }

  clearForm(type) {
    const { [type]: sent, ...others } = this.forms.value;
    for (const slot of ['media', 'thumb']) this.writeFile(type, slot, null);
    this.forms.value = sent?.begun ? { ...others, [type]: sent.begun } : others; // an edited reply had taken its place
    this.edit(true);
  }

  add(picture) {
    this.pictures.value = [...this.pictures.value, picture];
    if (!picture.busy) this.edit();
  }

  replace(picture, by) {
    this.pictures.value = this.pictures.value.map((row) => (row === picture ? by : row));
    this.edit();
  }

  remove(picture) {
    forget(picture);
    this.pictures.value = this.pictures.value.filter((row) => row !== picture);
    this.edit();
  }

  // Who still shows it sees nothing of it.
  empty() {
    [...this.pictures.value, ...Object.values(this.files.value)].forEach(forget);
    [this.pictures.value, this.files.value] = [[], {}];
    this.reload();
  }

  // A sent reply leaves nothing behind.
  clear() {
    this.pictures.value.forEach(forget);
    this.pictures.value = [];
    super.clear();
  }
}

// What an editor holds that is not for a conversation: nothing of it is kept.
export class Scratch extends Draft {
  reload() {}

  store() {}
}

const forget = (picture) => picture?.blob && URL.revokeObjectURL(picture.url);

addEventListener('storage', ({ key }) => {
  if (key?.startsWith(PREFIX)) drafts.get(Number(key.slice(PREFIX.length)))?.reload();
});

// A recording is in memory only until it has arrived, and nobody says it again like that.
addEventListener('beforeunload', (event) => {
  const holds = ({ files }) => Object.values(files.value).some((file) => file?.recorded && !file.media);
  if ([...drafts.values()].some(holds)) event.preventDefault();
});

for (const key of keys(PREFIX)) {
  if (!(Date.now() - read(key, {}).kept < KEEP)) remove(key);
}
