// What is kept of a draft: texts in pieces and in the field, the forms of editors, and the files that are
// on the server. In this browser at once, and a little later on the server (savedrafts.js), for the
// agent's other browsers.
import { now } from './clock.js';
import { signal } from './html.js';
import { read, remove, write } from './local.js';

let edited = () => {};

// tell is called with each draft that was edited, and whether it is to be saved at once.
export function onEdit(tell) {
  edited = tell;
}

export class DraftText {
  #key;

  constructor(id, key) {
    this.#key = key;
    this.id = id; // of the conversation
    this.at = 0; // of the last edit, by the server's clock: the newer one wins
    this.mode = signal('reply');
    this.text = signal(''); // what is in the field
    this.pieces = signal([]); // texts before it; all leave as one
    this.joining = signal(null); // the agent's word on whether Enter files a piece, null: none yet
    this.forms = signal({}); // type of an editor → what is in its fields
    this.files = signal({}); // 'TYPE SLOT' → a prepared file with url, or {media, url}, or both
    this.pictures = signal([]); // in the composer: {name, busy}, then the same
    this.reload();
  }

  // What the storage holds; another tab of the same agent writes there too.
  reload() {
    const kept = read(this.#key, {});
    this.mode.value = kept.mode ?? 'reply';
    this.text.value = kept.text ?? '';
    this.pieces.value = kept.pieces ?? [];
    this.joining.value = kept.joining ?? null;
    this.forms.value = kept.forms ?? {};
    this.#take(kept.files ?? []);
    this.at = kept.at ?? this.at;
  }

  // What the server keeps.
  get saved() {
    const files = this.waiting.map(({ place, media }) => ({ place, media: media.id }));
    return { mode: this.mode.value, text: this.text.value, pieces: this.pieces.value, forms: this.forms.value, files, edited_at: this.at };
  }

  // All files as [place, file].
  get all() {
    return [...this.pictures.value.map((picture) => ['image', picture]), ...Object.entries(this.files.value).filter(([, file]) => file)];
  }

  // Those that are on the server: {place, media}.
  get waiting() {
    return this.all.filter(([, file]) => file.media).map(([place, { media }]) => ({ place, media }));
  }

  // A file has arrived on the server.
  arrived(file, media) {
    const put = (one) => (one === file ? { ...file, media } : one);
    this.pictures.value = this.pictures.value.map(put);
    this.files.value = Object.fromEntries(Object.entries(this.files.value).map(([place, one]) => [place, put(one)]));
    this.at = this.#later;
    this.store();
  }

  // Files of another browser take the place of those that were on the server; one that is not yet stays.
  #take(rows) {
    const old = this.all;
    const here = ({ place, media }) => old.find((one) => one[0] === place && one[1].media?.id === media.id)?.[1] ?? { media, url: `/media/${media.id}` };
    const local = old.filter(([, { media }]) => !media);
    const [pictures, files] = [rows.filter(({ place }) => place === 'image'), rows.filter(({ place }) => place !== 'image')];
    this.pictures.value = [...pictures.map(here), ...local.filter(([place]) => place === 'image').map(([, file]) => file)];
    this.files.value = Object.fromEntries([...files.map((row) => [row.place, here(row)]), ...local.filter(([place]) => place !== 'image')]);
  }

  // What another browser of the agent has written, unless this one wrote later.
  take({ mode, text, pieces, forms, files, edited_at }) {
    if (edited_at <= this.at) return;
    [this.mode.value, this.text.value, this.pieces.value, this.forms.value, this.at] = [mode, text, pieces, forms, edited_at];
    this.#take(files);
    this.store();
  }

  // The server has all of it: nothing need be kept of an empty one.
  settled() {
    const begun = this.text.value || this.pieces.value.length || this.joining.value !== null || Object.keys(this.forms.value).length || this.all.length;
    if (!begun) remove(this.#key);
  }

  write(text) {
    this.text.value = text;
    this.edit();
  }

  // The pieces and what is in the field.
  get texts() {
    return [...this.pieces.value, this.text.value].map((text) => text.trim()).filter(Boolean);
  }

  writePieces(pieces) {
    this.pieces.value = pieces;
    this.edit();
  }

  // What is in the field becomes a piece.
  cutPiece() {
    const text = this.text.value.trim();
    if (text) this.pieces.value = [...this.pieces.value, text];
    this.write('');
  }

  // Without joining the pieces are one text in the field again. alone: what holds without a word.
  join(joining, alone) {
    this.joining.value = joining === alone ? null : joining;
    if (joining) return this.store();
    [this.text.value, this.pieces.value] = [this.texts.join('\n'), []];
    this.edit();
  }

  // Behind what is there already.
  append(text) {
    this.write([this.text.value.trim(), text].filter(Boolean).join('\n'));
  }

  clear() {
    [this.text.value, this.pieces.value] = ['', []];
    this.edit(true);
  }

  edit(soon = false) {
    this.at = this.#later;
    this.store();
    edited(this, soon);
  }

  // The clock may have been set back since the last edit.
  get #later() {
    return Math.max(now(), this.at + 1);
  }

  store() {
    write(this.#key, { ...this.saved, files: this.waiting, joining: this.joining.value, at: this.at, kept: Date.now() });
  }
}
