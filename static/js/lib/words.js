// Conversations in the words of the list, where there is room for one line.
import { has, t } from './i18n.js';
import { agentName, isMe } from './people.js';

// What a row says of its last message: who said it, and what.
export function preview(conversation) {
  const { last } = conversation;
  if (!last) return { who: '', text: '' };
  return { who: speaker(conversation, last), text: [kindOf(last), last.text].filter(Boolean).join(' ') };
}

function speaker({ account, state }, { dir, agent }) {
  if (dir === 'out') return isMe(agent) ? t('inbox.row.you') : t('inbox.row.by', { name: agentName(agent, account) });
  return dir === 'in' && state === 'closed' ? t('inbox.row.customer') : '';
}

// [picture], [voice] … A text needs no such word.
export function kindOf({ dir, type, text }) {
  if (dir === 'event') return text ? typeWord('event') : `${typeWord('event')} ${either('inbox.short', type, 'other')}`;
  return type === 'text' ? '' : typeWord(type);
}

const typeWord = (type) => t('inbox.row.type', { type: typeName(type) });

export const typeName = (type) => either('inbox.type', type, 'unknown');

function either(area, name, otherwise) {
  const key = `${area}.${name}`;
  return t(has(key) ? key : `${area}.${otherwise}`);
}
