// Why nobody can reply from here now, and the one thing that helps.
import { html, nothing } from '../lib/html.js';
import { daysAgo, formatTime, formatWhen, t } from '../lib/i18n.js';
import { agentName, binding, isMe } from '../lib/people.js';
import { accounts, me } from '../lib/state.js';
import { finish } from './acts.js';
import { unblockButton } from './block.js';
import { icon } from './icon.js';
import { keyHint } from './keycap.js';
import { noteButton } from './modes.js';
import { remindButton } from './remind.js';
import { nameOf, takeBack } from './session.js';
import { theirs } from './theirs.js';

const over = ['window_closed', 'minute_over', 'no_window']; // nobody knows when the customer will speak again
const WINDOW = 48 * 3_600_000;
const EARLY = 45_000; // we stop so much before WeChat does

// '' when this agent may reply; else composer.blocked.REASON says it in words.
export function reasonOf(conversation, rule) {
  if (conversation.customer.blocked_at) return 'blocked';
  if (!isMe(conversation.agent)) return 'other';
  if (accounts.value.find(({ id }) => id === conversation.account)?.refused) return 'unauthorised';
  if (conversation.customer.session) return 'in_session';
  if (rule.reason === 'unsubscribed') return 'unsubscribed';
  if (!binding(me.value, conversation.account)?.kf_account) return 'no_kf_account';
  if (rule.reason === 'window_closed' && rule.kind === 'action') return 'minute_over';
  if (rule.reason === 'quota_used' && rule.kind === 'action') return 'minute_used';
  return rule.reason;
}

const icons = {
  blocked: 'circle-x', in_session: 'arrow-right-left', unauthorised: 'user-minus', unsubscribed: 'user-minus', no_kf_account: 'headset', no_window: 'lock',
  window_closed: 'lock', minute_over: 'timer', quota_used: 'hourglass', minute_used: 'hourglass',
};

// draft: opens the field below; undefined when it is open.
export function blocked(conversation, rule, reason, draft) {
  if (reason === 'other') return theirs(conversation);
  const words = wordsOf(conversation, rule);
  return html`
    <div class="blocked">
      <span class="blocked-mark">${icon(icons[reason])}</span>
      <h3>${t(`composer.blocked.${reason}.title`, words)}</h3>
      <p>${t(`composer.blocked.${reason}.text`, words)}</p>
      <div class="blocked-acts">${acts(conversation, reason, draft)}</div>
    </div>`;
}

function wordsOf({ agent, account, customer }, { total, since, until }) {
  return {
    name: agentName(agent, account),
    nick: customer.session ? nameOf(customer.session) : '',
    total,
    spoke: when(since),
    closed: when(Math.min(since + WINDOW, until + EARLY)),
  };
}

// In a sentence a bare time would leave the day open.
const when = (ms) => (daysAgo(ms) === 0 ? t('composer.today', { time: formatTime(ms) }) : formatWhen(ms));

function acts(conversation, reason, draft) {
  if (reason === 'blocked') return [unblockButton(conversation), noteButton(conversation)];
  const binds = reason === 'no_kf_account' && me.value.role === 'admin';
  const taken = reason === 'in_session';
  return [
    taken ? takeBack(conversation.id) : nothing,
    binds ? html`<a class="btn btn-sm btn-primary" href="/kf-accounts">${icon('headset')}${t('composer.blocked.bind')}</a>` : nothing,
    over.includes(reason) ? remindButton(conversation) : nothing,
    draft && !taken ? html`<button class="btn btn-sm" type="button" @click=${draft}>${icon('pencil')}${t('composer.blocked.draft')}</button>` : nothing,
    noteButton(conversation),
    html`<button class="btn btn-quiet btn-sm" type="button" @click=${finish}>${taken ? t('session.leave', { nick: nameOf(conversation.customer.session) }) : t('composer.blocked.end')}${keyHint('end')}</button>`,
  ];
}
