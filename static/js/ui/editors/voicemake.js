// The voice of a reply in the making.
import { shown } from '../../lib/image.js';
import { SoundError } from '../../lib/sound.js';

const newest = new WeakMap(); // draft → the promise of a sound that was begun last

// A sound as the file of the editor's reply, unless another was begun meanwhile: the newest wins.
// A file that fails is bad; a recording stays unpacked.
export async function make(editor, sound, { name, recorded = false }) {
  const { draft } = editor;
  newest.set(draft, sound);
  editor.making = true;
  const late = () => newest.get(draft) !== sound;
  try {
    const made = await sound;
    if (late()) return;
    editor.bad = null;
    editor.put('media', { ...shown(made), recorded });
  } catch (error) {
    if (!(error instanceof SoundError)) throw error;
    if (!late() && !recorded) editor.bad = { name, ...error };
  } finally {
    if (!late()) editor.making = false;
  }
}
