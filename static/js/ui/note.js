// A note among agents. Customers never see it.
import { html } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { agentName } from '../lib/people.js';
import { icon } from './icon.js';
import { portrait } from './avatar.js';

export function note({ agent, at, body }, { account }) {
  const name = agentName(agent, account);
  return html`<article class="note" aria-label=${t('handover.note.by', { name })}>${portrait(agent, account, 20)}
    <div class="note-meta"><b>${name}</b>${icon('lock')}${t('handover.note.inside')}<time>${formatTime(at)}</time></div>
    <p class="note-text">${body.content}</p></article>`;
}
