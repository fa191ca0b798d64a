// What an agent does to a conversation. Each asks the server, then shows the row that it answers.
// Refusals are ApiErrors for the caller to show.
import { post } from './api.js';
import { apply } from './state.js';

export const claim = (id) => deed(`conversations/${id}/claim`);
export const claimNext = () => deed('conversations/claim-next');
export const end = (id, reason = '') => deed(`conversations/${id}/end`, { reason });
export const transfer = (id, to, note) => deed(`conversations/${id}/transfer`, { to, note });
export const takeOver = (id) => deed(`conversations/${id}/take-over`);
export const invite = (id, to) => deed(`conversations/${id}/invite`, { to });
export const reopen = (id) => deed(`conversations/${id}/reopen`);
export const closeSession = (id) => deed(`conversations/${id}/session/close`);

// Everything up to this message was seen.
export const markRead = (id, message) => deed(`conversations/${id}/read`, { message });

// Several at once; the answer tells which of them ended.
export async function endAll(ids, reason) {
  const { conversations } = await post('conversations/end', { ids, reason });
  conversations.forEach((conversation) => apply({ conversation }));
  return conversations.map(({ id }) => id);
}

async function deed(path, body) {
  const answer = await post(path, body);
  apply(answer);
  return answer.conversation;
}
