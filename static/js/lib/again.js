// Second thoughts about a reply that failed or whose fate is unknown. Refusals are ApiErrors for
// the caller to show.
import { post } from './api.js';
import { draftOf } from './drafts.js';
import { shown } from './image.js';
import { drop } from './outbox.js';
import { apply } from './state.js';
import { uuid } from './uuid.js';

export const resend = ({ id }) => deed(id, 'resend', { client_id: uuid() });

// The agent knows that it arrived.
export const delivered = ({ id }) => deed(id, 'delivered');

// Takes it out of the thread; what has not reached the server is simply dropped.
export const discard = ({ id, client_id }) => (id ? deed(id, 'discard') : drop(client_id));

// Puts the content back into the composer, then takes the message out of the thread.
export function edit(message) {
  const { conversation, type, body, media, file } = message;
  const draft = draftOf(conversation);
  if (type === 'text') draft.append(body.content);
  const picture = file ? shown(file) : media?.id ? { media, url: `/media/${media.id}` } : null;
  if (type === 'news') draft.writeNews(body, picture);
  if (type === 'image' && picture) draft.add(picture);
  draft.asked.value = type === 'news' ? 'news' : 'field';
  return discard(message);
}

async function deed(id, what, body) {
  apply(await post(`messages/${id}/${what}`, body));
}
