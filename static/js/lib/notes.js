// Internal notes that the agent has begun: one per conversation, kept in this browser, and apart from
// the reply, so that neither can ever leave as the other.
import { boot } from './boot.js';
import { post } from './api.js';
import { signal } from './html.js';
import { keys, read, remove, write } from './local.js';
import { agentName, binding, isMe } from './people.js';
import { agents, apply } from './state.js';
import { uuid } from './uuid.js';

const PREFIX = `kf.note.${boot.me?.id ?? 0}.`;
const KEEP = 30 * 24 * 3_600_000;
const notes = new Map(); // conversation id → Note

export function noteOf(id) {
  if (!notes.has(id)) notes.set(id, new Note(id));
  return notes.get(id);
}

class Note {
  #key;
  #sent = ''; // the client_id of the text that may have arrived already

  constructor(id) {
    this.id = id;
    this.#key = PREFIX + id;
    this.open = signal(false); // the agent writes a note, not a reply
    this.asked = signal(false); // the field should get the cursor
    this.text = signal(read(this.#key, {}).text ?? '');
  }

  write(text) {
    this.text.value = text;
    this.#sent = '';
    if (text) write(this.#key, { text, at: Date.now() });
    else remove(this.#key);
  }

  // The same text twice is one note, whatever became of the first answer.
  async send(account) {
    const content = this.text.value.trim();
    this.#sent ||= uuid();
    apply(await post(`conversations/${this.id}/notes`, { client_id: this.#sent, content, mentions: mentionsIn(content, account) }));
    if (this.text.value.trim() === content) this.write('');
  }
}

for (const key of keys(PREFIX)) {
  if (!(Date.now() - read(key, {}).at < KEEP)) remove(key);
}

// Colleagues who may see an official account, and so may be told.
export const colleagues = (account) => [...agents.value.values()]
  .filter((agent) => agent.active && !isMe(agent.id) && (agent.role === 'admin' || binding(agent, account)));

// Whom a text names, by the longest name that fits.
function mentionsIn(text, account) {
  return namesIn(text, account, colleagues(account).map(({ id }) => id)).flatMap(({ ids }) => ids ?? []);
}

// The text in parts: {text} and, where it names one of these agents, {text, ids}.
export function namesIn(text, account, agentIds) {
  const names = new Map();
  for (const id of agentIds) names.set(agentName(id, account), [...(names.get(agentName(id, account)) ?? []), id]);
  const known = [...names.keys()].sort((a, b) => b.length - a.length);
  const parts = [{ text: '' }];
  for (let at = 0; at < text.length;) {
    const name = text[at] === '@' && known.find((one) => text.startsWith(one, at + 1));
    if (name) parts.push({ text: `@${name}`, ids: names.get(name) }, { text: '' });
    else parts.at(-1).text += text[at];
    at += name ? name.length + 1 : 1;
  }
  return parts.filter(({ text: words }) => words);
}
