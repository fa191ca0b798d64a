// The quick replies that this agent may use, kept in memory: the list is searched with every key.
import { get, post } from './api.js';
import { indexed } from './fuzzy.js';
import { batch, signal } from './html.js';

export const quickReplies = signal([]); // as indexed() makes them
export const variables = signal({}); // name → what it stands for

let loading = 0;

// Reads the list (again). What fails is tried again when the list is opened or changes.
export async function loadQuick() {
  const mine = ++loading;
  const answer = await get('quickreplies').catch(() => null);
  if (!answer || mine !== loading) return; // a later answer knows more
  batch(() => {
    variables.value = answer.variables;
    quickReplies.value = answer.quickreplies.map((row) => indexed(row, wordsOf(row)));
  });
}

// Those for an official account.
export const quickFor = (account) => quickReplies.value.filter(({ row }) => row.account === 0 || row.account === account);

// What can be read of a reply.
export function wordsOf({ type, body }) {
  const { content, title, description, head_content: head, transcript, musicurl } = body;
  return type === 'text' ? content : [title, head, description, transcript, musicurl].filter(Boolean).join(' ');
}

// Counts a use. A count that is lost is no harm.
export async function countUse({ id }) {
  const answer = await post(`quickreplies/${id}/used`).catch(() => null);
  if (!answer) return;
  quickReplies.value = quickReplies.value.map((one) => (one.row.id === id ? { ...one, row: { ...one.row, used: answer.quickreply.used } } : one));
}
