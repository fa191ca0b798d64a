// Second thoughts about a reply that failed or whose fate is unknown. A refusal is shown here:
// every caller would do the same.
import { post } from './api.js';
import { draftOf } from './drafts.js';
import { shown } from './image.js';
import { drop } from './outbox.js';
import { apply, current } from './state.js';
import { refused } from '../ui/toast.js';

// Says what was seen: a second click decides nothing new.
export const resend = ({ id, attempts }) => deed(id, 'resend', { attempts });

// The agent knows that it arrived.
export const delivered = ({ id }) => deed(id, 'delivered');

// Takes it out of the thread; what has not reached the server is simply dropped.
export const discard = ({ id, client_id }) => (id ? deed(id, 'discard') : drop(client_id));

// Puts the content into the composer that is open, then takes the message out of the thread.
export function edit(message) {
  const { conversation, type, body, media, file } = message;
  const draft = draftOf(current.value || conversation);
  if (type === 'text') draft.append(body.content);
  const picture = file ? shown(file) : media?.id ? { media, url: `/media/${media.id}` } : null;
  if (type === 'news') draft.writeNews(body, picture);
  if (type === 'image' && picture) draft.add(picture);
  draft.asked.value = type === 'news' ? 'news' : 'field';
  return discard(message);
}

async function deed(id, what, body) {
  try {
    apply(await post(`messages/${id}/${what}`, body));
  } catch (error) {
    refused(error);
  }
}
