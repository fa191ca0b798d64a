// The head of the thread: who the customer is, who serves them, what can be done.
import { day } from '../lib/clock.js';
import { find } from '../lib/commands.js';
import { isSupervisor, mayHandOver, mayTakeOver } from '../lib/handover.js';
import { html, nothing } from '../lib/html.js';
import { formatLength, formatWhen, t } from '../lib/i18n.js';
import { panelOpen, togglePanel } from '../lib/layout.js';
import { agentName, customerName, isMe } from '../lib/people.js';
import { counts } from '../lib/counts.js';
import { current, isMine, opened } from '../lib/state.js';
import { view } from '../lib/views.js';
import { again, finish, take, takeNext } from './acts.js';
import { blockItem } from './block.js';
import { copyText } from './copy.js';
import { openInvite, openTransfer, takeOver } from './handover.js';
import { icon } from './icon.js';
import { jumpbar } from './jumpbar.js';
import { keycaps, keyHint, keyName } from './keycap.js';
import { levelItems, vip } from './level.js';
import { menu } from './menu.js';
import { skeletonThread } from './skeleton.js';
import { lookingWords } from './together.js';
import { headTags } from './tags.js';

export function head() {
  const conversation = opened.value;
  day.value;
  if (!conversation) return current.value ? skeletonThread() : nobody();
  return html`
    <header class="thread-head">
      <a class="btn btn-quiet btn-icon thread-back" href=${`#${view.value}`} aria-label=${t('inbox.back')}>${icon('chevron-left')}</a>
      <div class="thread-who">
        <div class="thread-title"><h2 class="thread-name">${customerName(conversation.customer)}</h2>${vip(conversation)}${headTags(conversation)}</div>
        <p class="thread-sub">${standing(conversation)}${lookingWords(conversation)}</p>
      </div>
      <div class="thread-acts">
        ${isMine(conversation) ? html`<button class="btn btn-quiet btn-sm" type="button" title=${keyName('transfer')} @click=${openTransfer}>${icon('arrow-right-left')}${t('handover.transfer')}</button>` : nothing}
        ${conversation.state === 'waiting' && mayHandOver(conversation) ? html`<button class="btn btn-quiet btn-sm" type="button" title=${keyName('transfer')} @click=${openTransfer}>${icon('user-plus')}${t('handover.assign')}</button>` : nothing}
        ${isMine(conversation) ? html`<button class="btn btn-sm" type="button" @click=${finish}>${icon('check')}${t('inbox.act.end')}${keyHint('end')}</button>` : nothing}
        ${menu('thread', t('inbox.act.more'), items(conversation))}
        <button class="btn btn-quiet btn-icon btn-sm panel-toggle" type="button" aria-label=${t('inbox.panel')} title=${t('inbox.panel')} aria-pressed=${panelOpen.value} @click=${togglePanel}>${icon('panel-right')}</button>
      </div>
    </header>${jumpbar()}`;
}

// What a conversation is in, and that WeChat's own tool has come between.
function standing(conversation) {
  const { session } = conversation.customer;
  const words = stage(conversation);
  return session ? t('session.standing', { standing: words, time: formatWhen(session.since) }) : words;
}

function stage({ state, agent, account, claimed_at, closed_at, reason }) {
  const name = isMe(agent) ? t('inbox.you') : agentName(agent, account);
  if (state === 'waiting') return t('inbox.standing.waiting');
  if (state === 'open') return t(isMe(agent) ? 'inbox.standing.mine' : 'inbox.standing.open', { name, time: formatWhen(claimed_at) });
  const words = { name, time: formatWhen(closed_at), span: formatLength(closed_at - claimed_at) };
  const told = t(agent && claimed_at ? 'inbox.standing.closed' : 'inbox.standing.closed_unclaimed', words);
  return reason ? t('inbox.event.because', { told, why: reason }) : told;
}

function items(conversation) {
  const { customer, state, id, agent, account } = conversation;
  const copy = { label: t('inbox.act.copy_openid'), icon: 'copy', run: () => copyText(customer.openid, t('inbox.copied.openid')) };
  const act = {
    waiting: () => ({ label: t('inbox.act.claim'), icon: 'hand', command: 'claim', run: take }),
    closed: () => ({ label: t('inbox.act.reopen'), icon: 'undo-2', command: 'reopen', run: () => again(id) }),
    open: () => ({ label: t('inbox.act.end'), icon: 'check', command: 'end', run: finish, reason: isMe(agent) || isSupervisor() ? '' : t('inbox.act.others', { name: agentName(agent, account) }) }),
  };
  const hand = mayHandOver(conversation) && [
    { label: t('handover.transfer.menu'), icon: 'arrow-right-left', command: 'transfer', run: openTransfer },
    { label: t('handover.invite.menu'), icon: 'eye', run: () => openInvite(id) },
  ];
  const takes = mayTakeOver(conversation) && [{ label: t('handover.take'), icon: 'hand', run: () => takeOver(id) }];
  return [act[state](), ...(takes || []), ...(hand || []), null, copy, ...dataItem(conversation), blockItem(conversation), ...levelItems(conversation)];
}

// All that is kept of the customer, to be taken away or erased.
const dataItem = ({ customer }) => isSupervisor() ? [{ label: t('data.menu'), icon: 'archive', run: () => location.assign(`/customers/${customer.id}`) }] : [];

// No conversation is chosen. The keys are shown where there is nothing else to read.
function nobody() {
  const { mine, waiting } = counts.value;
  const hint = waiting ? t('inbox.nobody.waiting', { n: waiting }) : t(mine ? 'inbox.nobody.choose' : 'inbox.nobody.calm');
  return html`
    <div class="empty" id="composer" tabindex="-1">${art}
      <h2>${t(mine ? 'inbox.nobody.title' : 'inbox.nobody.done')}</h2><p>${hint}</p>
      ${waiting ? html`<button class="btn" type="button" @click=${takeNext}>${icon('hand')}${t('inbox.claim.next')}${keyHint('claim')}</button>` : nothing}
      <dl class="empty-keys">${keys.filter(([, words]) => !waiting || words !== 'claim').map(([names, words]) => html`
        <dt><span class="keys">${names.map((name) => keycaps(find(name).keys[0]))}</span></dt><dd>${t(`inbox.keys.${words}`)}</dd>`)}</dl>
    </div>`;
}

// What is done by name (see lib/commands.js), and the words for it here.
const keys = [[['claim'], 'claim'], [['next', 'previous'], 'move'], [['reply'], 'reply'], [['end'], 'end'], [['mine', 'waiting', 'all', 'ended'], 'views'], [['panel'], 'panel'], [['palette'], 'palette'], [['help'], 'help']];

const art = html`<svg class="art" viewBox="0 0 132 84" aria-hidden="true"><rect class="art-line" x="1" y="1" width="130" height="62" rx="12"></rect><path class="art-line" d="M26 63l-8 14 24-14"></path>
  ${[1, 0.8, 0.6, 0.4, 0.2].map((opacity, i) => html`<svg x=${24 + 18 * i} y="24" width="12" height="16"><rect class="art-bar" width="12" height="16" rx="3" opacity=${opacity}></rect></svg>`)}</svg>`;
