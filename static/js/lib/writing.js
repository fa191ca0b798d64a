// How the agent of this browser writes: the key that sends, and whether texts are merged by default.
import { signal } from './html.js';
import { read, write } from './local.js';

const KEY = 'kf.writing';
const kept = () => ({ send: 'Enter', merge: false, ...read(KEY, {}) });

// send: 'Enter' or 'Mod+Enter', as in commands.js; with the second Enter makes a new line.
export const writing = signal(kept());

export function setWriting(changed) {
  writing.value = { ...writing.value, ...changed };
  write(KEY, writing.value);
}

addEventListener('storage', ({ key }) => {
  if (key === KEY) writing.value = kept();
});

// Whether a key in a field sends what is in it; with merging on it files a piece.
export const sends = ({ key, shiftKey, altKey, ctrlKey, metaKey }, merging = false) => key === 'Enter' && !shiftKey && !altKey
  && (ctrlKey || metaKey || merging || writing.value.send === 'Enter');

// Whether texts are joined into one reply where the agent has not said so. The last reply should hold
// all there is to say; in a window of one minute that costs time.
export const joins = (plan, rule) => writing.value.merge || (plan.allowed <= 1 && rule.state !== 'event');
