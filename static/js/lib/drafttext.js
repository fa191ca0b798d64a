// The texts of a draft: in pieces and in the field. Kept in this browser at once, and a little later on
// the server (savedrafts.js), for the agent's other browsers.
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
    this.at = kept.at ?? this.at;
  }

  // What the server keeps.
  get saved() {
    return { mode: this.mode.value, text: this.text.value, pieces: this.pieces.value, edited_at: this.at };
  }

  // What another browser of the agent has written, unless this one wrote later.
  take({ mode, text, pieces, edited_at }) {
    if (edited_at <= this.at) return;
    [this.mode.value, this.text.value, this.pieces.value, this.at] = [mode, text, pieces, edited_at];
    this.store();
  }

  // The server has all of it: nothing need be kept of an empty one.
  settled() {
    const begun = this.text.value || this.pieces.value.length || this.joining.value !== null || Object.keys(this.forms.value).length;
    if (!begun) remove(this.#key);
  }

  write(text) {
    this.text.value = text;
    this.#edit();
  }

  // The pieces and what is in the field.
  get texts() {
    return [...this.pieces.value, this.text.value].map((text) => text.trim()).filter(Boolean);
  }

  writePieces(pieces) {
    this.pieces.value = pieces;
    this.#edit();
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
    this.#edit();
  }

  // Behind what is there already.
  append(text) {
    this.write([this.text.value.trim(), text].filter(Boolean).join('\n'));
  }

  clear() {
    [this.text.value, this.pieces.value] = ['', []];
    this.#edit(true);
  }

  #edit(soon = false) {
    this.at = now();
    this.store();
    edited(this, soon);
  }

  store() {
    write(this.#key, { ...this.saved, joining: this.joining.value, forms: this.forms.value, at: this.at, kept: Date.now() });
  }
}
