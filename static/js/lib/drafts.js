// What an agent has begun for each conversation: text in pieces and in the field (kept in this
// browser at once, per agent), the forms of editors (the same) and files (in memory only: a reload
// forgets them).
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
export const text = (id) => draftOf(id).texts.join('\n');

class Draft {
  #key;

  constructor(id) {
    this.#key = PREFIX + id;
    this.text = signal(''); // what is in the field
    this.pieces = signal([]); // texts before it; all leave as one
    this.joining = signal(null); // the agent's word on whether Enter files a piece, null: none yet
    this.forms = signal({}); // type of an editor → what is in its fields
    this.files = signal({}); // 'TYPE SLOT' → a prepared file with url, or {media, url}
    this.pictures = signal([]); // {key, name, url, busy} and what preparePicture gives, or media
    this.asked = signal(''); // field or the type of an editor: what the composer should open
    this.reload();
  }

  // What the storage holds; another tab of the same agent writes there too.
  reload() {
    const kept = read(this.#key, {});
    this.text.value = kept.text ?? '';
    this.pieces.value = kept.pieces ?? [];
    this.joining.value = kept.joining ?? null;
    this.forms.value = kept.forms ?? {};
  }

  write(text) {
    this.text.value = text;
    this.#keep();
  }

  // The pieces and what is in the field.
  get texts() {
    return [...this.pieces.value, this.text.value].map((text) => text.trim()).filter(Boolean);
  }

  writePieces(pieces) {
    this.pieces.value = pieces;
    this.#keep();
  }

  // What is in the field becomes a piece.
  cutPiece() {
    const text = this.text.value.trim();
    if (text) this.pieces.value = [...this.pieces.value, text];
    this.write('');
  }

  // Without joining the pieces are one text in the field again. alone: what holds without a word.
  join(joining, alone) {
    if (!joining) [this.text.value, this.pieces.value] = [this.texts.join('\n'), []];
    this.joining.value = joining === alone ? null : joining;
    this.#keep();
  }

  // Behind what is there already.
  append(text) {
    this.write([this.text.value.trim(), text].filter(Boolean).join('\n'));
  }

  form(type) {
    return this.forms.value[type] ?? {};
  }

  file(type, slot) {
    return this.files.value[`${type} ${slot}`] ?? null;
  }

  writeForm(type, form) {
    this.forms.value = { ...this.forms.value, [type]: form };
    this.#keep();
  }

  writeFile(type, slot, file) {
    const before = this.file(type, slot);
    if (file !== before) forget(before);
    this.files.value = { ...this.files.value, [`${type} ${slot}`]: file };
  }

  clearForm(type) {
    const { [type]: sent, ...others } = this.forms.value;
    for (const slot of ['media', 'thumb']) this.writeFile(type, slot, null);
    this.forms.value = sent?.begun ? { ...others, [type]: sent.begun } : others; // an edited reply had taken its place
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
    this.pieces.value = [];
    this.write('');
  }

  #keep() {
    const [text, pieces, joining, forms] = [this.text, this.pieces, this.joining, this.forms].map(({ value }) => value);
    if (text || pieces.length || joining !== null || Object.keys(forms).length) write(this.#key, { text, pieces, joining, forms, at: Date.now() });
    else remove(this.#key);
  }
}

const forget = (picture) => picture?.blob && URL.revokeObjectURL(picture.url);

addEventListener('storage', ({ key }) => {
  if (key?.startsWith(PREFIX)) drafts.get(Number(key.slice(PREFIX.length)))?.reload();
});

// A recording is in memory only, and nobody says it again like that.
addEventListener('beforeunload', (event) => {
  const holds = ({ files }) => Object.values(files.value).some((file) => file?.recorded);
  if ([...drafts.values()].some(holds)) event.preventDefault();
});

for (const key of keys(PREFIX)) {
  if (!(Date.now() - read(key, {}).at < KEEP)) remove(key);
}
