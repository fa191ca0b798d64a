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
  refill(draftOf(current.value || message.conversation), message);
  return discard(message);
}

// What came back goes before what was written since.
export function putBack(draft, messages) {
  const since = draft.text.value;
  draft.write('');
  for (const message of messages) refill(draft, message);
  if (since.trim()) draft.append(since);
}

// Puts what a message says into the field, or into the editor of its type, and opens it.
export function refill(draft, message) {
  const { type, body, files = {} } = message;
  const file = (slot) => {
    if (files[slot]?.blob) return shown(files[slot]);
    return message[slot]?.id ? { media: message[slot], url: `/media/${message[slot].id}` } : null;
  };
  const editor = editorOf[type] ?? type;
  const media = file('media');
  if (type === 'text') draft.append(body.content);
  else if (type === 'image') media && draft.add(media); // a reload has forgotten it
  else {
    const begun = draft.form(editor);
    draft.writeForm(editor, { ...body, type, ...(Object.keys(begun).length > 0 && { begun }) }); // it comes back later
    draft.writeFile(editor, 'media', media);
    draft.writeFile(editor, 'thumb', file('thumb'));
  }
  draft.asked.value = ['text', 'image'].includes(type) ? 'field' : editor;
}

const editorOf = { mpnews: 'articles', mpnewsarticle: 'articles' };

async function deed(id, what, body) {
  try {
    apply(await post(`messages/${id}/${what}`, body));
  } catch (error) {
    refused(error);
  }
}
