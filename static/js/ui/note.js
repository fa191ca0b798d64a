// An internal note in the thread.
import { html } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { namesIn } from '../lib/notes.js';
import { agentName } from '../lib/people.js';
import { renderText } from '../lib/text.js';
import { portrait } from './avatar.js';
import { icon } from './icon.js';

// aim: it was jumped to.
export function note({ id, agent, body, at }, { account }, aim) {
  const name = agentName(agent, account);
  return html`
    <article class=${`note ${aim ? 'is-target' : ''}`} data-id=${id} tabindex="-1" aria-label=${t('customer.note.by', { name, time: formatTime(at) })}>
      ${portrait(agent, account, 20)}
      <div class="note-meta"><b>${name}</b>${icon('lock')}${t('customer.note.label')}<time datetime=${new Date(at).toISOString()}>${formatTime(at)}</time></div>
      <p>${namesIn(body?.content ?? '', account, body?.mentions ?? []).map(({ text, ids }) => (ids ? html`<span class="mention">${text}</span>` : renderText(text)))}</p>
    </article>`;
}
