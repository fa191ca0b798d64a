// Colleagues in the same conversation, in the list, in the head of the thread and above the composer.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { agentName } from '../lib/people.js';
import { looking, typists } from '../lib/together.js';
import { portrait } from './avatar.js';

const names = (ids, account) => ids.map((id) => agentName(id, account)).join(t('together.and'));

const dots = html`<span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>`;

// In a row: the faces of those who look, and in place of the preview who types.
export function faces({ id, account }) {
  const ids = looking(id);
  if (!ids.length) return nothing;
  const words = t('together.looking', { name: names(ids, account) });
  return html`<span class="conv-here" title=${words}>${ids.slice(0, 3).map((agent) => portrait(agent, account, 20))}<span class="sr">${words}</span></span>`;
}

export function typingWords({ id, account }) {
  const ids = typists(id);
  return ids.length ? html`<span class="conv-typing">${t('together.typing', { name: names(ids, account) })}</span>` : null;
}

export function lookingWords({ id, account }) {
  const ids = looking(id);
  return ids.length ? html`<i class="sep" aria-hidden="true"></i><span class="thread-here">${t('together.looking', { name: names(ids, account) })}</span>` : nothing;
}

export function typingLine({ id, account }) {
  const ids = typists(id);
  if (!ids.length) return nothing;
  const [before, after] = t('together.typing', { name: '\n' }).split('\n'); // the name is set in bold
  return html`<p class="typing" role="status">${portrait(ids[0], account, 20)}<span>${before}<b>${names(ids, account)}</b>${after}</span>${dots}</p>`;
}
