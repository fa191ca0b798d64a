// Files that are pasted into a dialog or dropped on it. The thread behind takes files too: here they
// are for the dialog.
import { picturesIn } from '../lib/image.js';

export function dragOver(event) {
  if (!event.dataTransfer.types.includes('Files')) return;
  event.preventDefault();
  event.stopPropagation();
}

// Pasting text into a field stays what it is.
export function takeFile(event, take) {
  const [file] = picturesIn(event.clipboardData ?? event.dataTransfer);
  if (!file) return;
  event.preventDefault();
  event.stopPropagation();
  take(file);
}
