// Leads to a message wherever it stands, also deep in a customer's past.
import { signal } from './html.js';
import { go } from './route.js';
import { timeline } from './state.js';
import { view } from './views.js';

// The message that was jumped to, until the next key or click: {conversation, message, words}.
// words: what was searched, to be marked in it.
export const target = signal(null);

for (const name of ['keydown', 'pointerdown']) {
  document.addEventListener(name, () => { target.value = null; }, true);
}

// Shows the message in its conversation, in the middle and with the focus on it. Refuses with an
// ApiError when the conversation cannot be shown.
export async function jumpTo(conversation, message, { words = '', replace = false } = {}) {
  const mine = { conversation, message, words };
  target.value = mine;
  try {
    await go(view.value, conversation, { at: message, replace });
  } catch (error) {
    target.value = null;
    throw error;
  }
  const line = timeline(conversation);
  const loaded = () => line.messages.value.some(({ id }) => id === message);
  if (!loaded()) await line.loadAround(conversation, message);
  if (target.value === mine && line.state.value === 'ready' && !loaded()) target.value = null; // it is no more
}
