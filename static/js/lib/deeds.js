// What an agent does to a conversation. Each asks the server, then shows the row that it answers.
// Refusals are ApiErrors for the caller to show.
import { post } from './api.js';
import { apply } from './state.js';

export const claim = (id) => deed(`conversations/${id}/claim`);
export const claimNext = () => deed('conversations/claim-next');
export const end = (id) => deed(`conversations/${id}/end`);
export const reopen = (id) => deed(`conversations/${id}/reopen`);
export const closeSession = (id) => deed(`conversations/${id}/session/close`);

// Everything up to this message was seen.
export const markRead = (id, message) => deed(`conversations/${id}/read`, { message });

async function deed(path, body) {
  const answer = await post(path, body);
  apply(answer);
  return answer.conversation;
}
