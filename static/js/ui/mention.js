// Whom a note can name: a list above its field, while the focus stays in it.
import { known } from '../lib/customer.js';
import { html, nothing } from '../lib/html.js';
import { formatListTime, t } from '../lib/i18n.js';
import { colleagues } from '../lib/notes.js';
import { agentName } from '../lib/people.js';
import { portrait } from './avatar.js';

const MOST = 6;

// What is being typed behind an @, null when nothing is. An address has letters before it.
export function mentionAt(field) {
  const [, query] = field.value.slice(0, field.selectionStart).match(/(?:^|[^\w.-])@([^\s@]{0,20})$/) ?? [];
  if (query === undefined) return null;
  return { start: field.selectionStart - query.length - 1, query: query.toLowerCase(), active: 0 };
}

// Those whose name fits, then those who have served this customer.
function choices({ naming, conversation: { account } }) {
  if (!naming) return { fit: [], served: [] };
  const { query } = naming;
  const names = (agent) => [agentName(agent.id, account), agent.name, agent.login].map((name) => name.toLowerCase());
  const at = (agent) => Math.min(...names(agent).map((name) => name.indexOf(query)).filter((place) => place >= 0));
  const all = colleagues(account);
  const fit = query ? all.filter((agent) => at(agent) < Infinity).sort((a, b) => at(a) - at(b)).slice(0, MOST) : [];
  const past = known.value.past.filter(({ agent }) => agent);
  const served = all.filter((agent) => !fit.includes(agent) && past.some((one) => one.agent === agent.id)).slice(0, MOST);
  if (query && !fit.length) return { fit, served: [] }; // it is a word, and no name
  return { fit: query ? fit : all.filter((agent) => !served.includes(agent)).slice(0, MOST), served };
}

export function mentionList(field) {
  const { fit, served } = choices(field);
  if (!fit.length && !served.length) return nothing;
  return html`
    <div class="pop mentions">
      <ul class="menu" id="at" role="listbox" aria-label=${t('customer.mention.list')}>
        ${fit.map((agent, i) => option(field, agent, i))}
        ${served.length ? html`<li class="menu-label" role="presentation">${t('customer.mention.served')}</li>` : nothing}
        ${served.map((agent, i) => option(field, agent, fit.length + i))}
      </ul>
      <div class="keysbar"><span><span class="keys"><kbd class="kbd">↑</kbd><kbd class="kbd">↓</kbd></span>${t('customer.mention.choose')}</span>
        <span><kbd class="kbd">↵</kbd>${t('customer.mention.tell')}</span><span class="end">${t('customer.mention.hint')}</span></div>
    </div>`;
}

function option(field, agent, nth) {
  const { account } = field.conversation;
  const name = agentName(agent.id, account);
  const last = known.value.past.find((one) => one.agent === agent.id);
  const sub = last?.state === 'open' ? t('customer.mention.now') : last ? t('customer.mention.last', { date: formatListTime(last.closed_at || last.created_at) }) : agent.login;
  const { presence } = agent;
  return html`
    <li class="menu-item mention-item" id=${`at-${nth}`} role="option" aria-selected=${nth === field.naming.active}
      @pointerdown=${(event) => { event.preventDefault(); choose(field, agent); }}>
      ${portrait(agent.id, account, 24)}<span>${marked(name, field.naming.query)}</span><span class="sub">${sub}</span>
      <span class="state"><i class=${`dot dot-${presence === 'away' ? 'offline' : presence}`}></i>${t(`customer.presence.${presence}`)}</span></li>`;
}

function marked(name, query) {
  const at = query ? name.toLowerCase().indexOf(query) : -1;
  if (at < 0) return name;
  return html`${name.slice(0, at)}<span class="hit">${name.slice(at, at + query.length)}</span>${name.slice(at + query.length)}`;
}

function choose(field, agent) {
  const { start } = field.naming;
  const text = field.field;
  text.setSelectionRange(start, text.selectionStart);
  field.naming = null;
  if (!document.execCommand('insertText', false, `@${agentName(agent.id, field.conversation.account)} `)) return;
  field.note.write(text.value);
}

// True when the key belonged to the list.
export function mentionKey(field, event) {
  const { fit, served } = choices(field);
  const all = [...fit, ...served];
  if (!all.length) return false;
  const { active } = field.naming;
  const to = { ArrowDown: active + 1, ArrowUp: active - 1 + all.length }[event.key];
  if (to !== undefined) field.naming = { ...field.naming, active: to % all.length };
  else if (event.key === 'Enter' || event.key === 'Tab') choose(field, all[active]);
  else if (event.key === 'Escape') field.naming = null;
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
