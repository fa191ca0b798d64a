// Keeps the reader's place in the stream while rows come and go. The stream is a reversed
// column: 0 is its bottom, and up is negative. Rows above never move what is seen; for rows
// below, the place is measured before and put right after.
import { atBottom, missed } from '../lib/reading.js';

const NEAR = 24; // that close to the bottom counts as being there

// Call before drawing; call the answer after.
export function holdPlace(stream) {
  if (!stream || atBottom.peek()) return () => {};
  const edge = stream.getBoundingClientRect().top;
  const anchor = [...stream.querySelectorAll('[data-id]')].find((element) => element.getBoundingClientRect().bottom > edge);
  const top = anchor?.getBoundingClientRect().top;
  return () => {
    if (anchor?.isConnected) stream.scrollTop += anchor.getBoundingClientRect().top - top;
  };
}

export function toBottom(stream) {
  stream.scrollTop = 0;
  atBottom.value = true;
  missed.value = 0;
}

export function look(stream) {
  const bottom = -stream.scrollTop < NEAR;
  if (bottom !== atBottom.value) atBottom.value = bottom;
  if (bottom && missed.value) missed.value = 0;
}

export const above = (stream) => stream.scrollHeight - stream.clientHeight + stream.scrollTop;
export const below = (stream) => -stream.scrollTop;
