// What the inbox lets an agent do, in the order of the help sheet. Another part adds its own lines.
import { enlist, find } from '../lib/commands.js';
import { effect } from '../lib/html.js';
import { isSupervisor, mayHandOver, mayTakeOver } from '../lib/handover.js';
import { t } from '../lib/i18n.js';
import { togglePanel } from '../lib/layout.js';
import { searchMessages } from '../lib/palette.js';
import { agentName, isMe } from '../lib/people.js';
import { ask, searching, typed } from '../lib/search.js';
import { counts } from '../lib/counts.js';
import { current, isMine, opened } from '../lib/state.js';
import { order, tabs } from '../lib/views.js';
import { writing } from '../lib/writing.js';
import { again, finish, go, step, takeNext, takeThis } from './acts.js';
import { copyText } from './copy.js';
import { askQuick, focusReply } from './dock.js';
import { openInvite, openTransfer, takeOver } from './handover.js';
import { openHelp } from './help.js';
import { writeNote } from './modes.js';
import { openPalette } from './palette.js';
import { togglePresence } from './presence.js';
import { focusSearch, stepHit } from './search.js';
import { latestVoice, playLatest } from './sound.js';
import { pickTags } from './tags.js';

const unless = (fits, reason) => () => (fits() ? '' : t(`keys.why.${reason}`));
const open = () => opened.value ?? {};
const somebody = unless(() => opened.value, 'nobody');
const moving = unless(() => searching.value || order.value.length, 'empty');
const move = (by) => (searching.value ? stepHit(by) : step(by));

// Why a conversation that must be this agent's is not.
function mine() {
  const { state, agent, account } = open();
  if (isMine(open())) return '';
  if (state === 'open') return t('inbox.act.others', { name: agentName(agent, account) });
  return t(`keys.why.${state ?? 'nobody'}`);
}

enlist(
  { name: 'next', area: 'here', icon: 'arrow-down', row: 'move', keys: ['J', 'ArrowDown'], why: moving, run: () => move(1) },
  { name: 'previous', area: 'here', icon: 'arrow-up', row: 'move', keys: ['K', 'ArrowUp'], why: moving, run: () => move(-1) },
  { name: 'claim', area: 'here', icon: 'hand', keys: ['A'], why: claimable, run: takeThis },
  { name: 'claim_next', area: 'here', icon: 'hand', keys: ['Shift+A'], why: unless(() => counts.value.waiting, 'queue'), run: takeNext },
  { name: 'end', area: 'here', icon: 'check', row: 'end', keys: ['E'], why: endable, run: finish },
  { name: 'reopen', area: 'here', icon: 'undo-2', row: 'end', keys: ['E'], why: reopenable, run: () => again(current.value) },
  { name: 'transfer', area: 'here', icon: 'arrow-right-left', keys: ['Shift+T'], why: transferable, run: openTransfer },
  { name: 'invite', area: 'here', icon: 'eye', why: transferable, run: () => openInvite(current.value) },
  { name: 'take_over', area: 'here', icon: 'hand', why: takeable, run: () => takeOver(current.value) },
  { name: 'tags', area: 'here', icon: 'tag', keys: ['T'], why: somebody, run: () => pickTags('head') },
  { name: 'copy_openid', area: 'here', icon: 'copy', why: somebody, run: () => copyText(open().customer.openid, t('inbox.copied.openid')) },

  { name: 'reply', area: 'write', icon: 'pencil', keys: ['R'], why: writable, run: focusReply },
  { name: 'note', area: 'write', icon: 'lock', keys: ['M'], why: somebody, run: () => writeNote(current.value) },
  { name: 'quick', area: 'write', icon: 'zap', keys: ['/'], why: mine, run: askQuick },
  { name: 'send', area: 'write' }, // these two have the keys that the agent chose, see below
  { name: 'newline', area: 'write' },
  { name: 'send_joined', area: 'write', keys: ['Mod+Enter'] },
  { name: 'undo', area: 'write', keys: ['Mod+Z'] },

  { name: 'palette', area: 'go', icon: 'search', keys: ['Mod+K'], anywhere: true, plain: true, run: openPalette },
  { name: 'search', area: 'go', icon: 'search', run: focusSearch },
  { name: 'next_hit', area: 'go', icon: 'arrow-down', row: 'hits', keys: ['F3'], anywhere: true, why: unless(() => searching.value, 'search'), run: () => stepHit(1) },
  { name: 'previous_hit', area: 'go', icon: 'arrow-up', row: 'hits', keys: ['Shift+F3'], anywhere: true, why: unless(() => searching.value, 'search'), run: () => stepHit(-1) },
  ...tabs.map((name, i) => (
    { name, area: 'go', icon: 'list-filter', row: 'views', keys: [String(i + 1)], run: () => go(name, current.value, { replace: true }) })),
  { name: 'closing', area: 'go', icon: 'timer', run: () => go('closing', current.value, { replace: true }) },
  { name: 'blocked', area: 'go', icon: 'circle-x', run: () => go('blocked', current.value, { replace: true }) },
  { name: 'panel', area: 'go', icon: 'panel-right', keys: ['I'], why: somebody, run: togglePanel },

  { name: 'play', area: 'other', icon: 'play', keys: ['P'], why: unless(latestVoice, 'voice'), run: playLatest },
  { name: 'presence', area: 'other', icon: 'user-round', keys: ['Shift+O'], plain: true, run: togglePresence },
  { name: 'escape', area: 'other', keys: ['Escape'] },
  { name: 'help', area: 'other', icon: 'keyboard', keys: ['?'], run: openHelp },
);

effect(() => {
  const { send } = writing.value;
  find('send').keys = [send];
  find('newline').keys = send === 'Enter' ? ['Shift+Enter'] : ['Enter', 'Shift+Enter'];
});

// In a colleague's conversation the field leads to the offer to take it over.
function writable() {
  return open().state === 'open' ? '' : mine();
}

// A takes the one in the thread, or the most urgent while there is none.
function claimable() {
  const { state, agent, account } = open();
  if (state === 'waiting' || (!state && counts.value.waiting)) return '';
  if (state === 'open') return isMe(agent) ? t('keys.why.yours') : t('inbox.act.others', { name: agentName(agent, account) });
  return t(state ? 'keys.why.closed' : 'keys.why.queue');
}

// A supervisor ends what others serve, too.
function endable() {
  return open().state === 'open' && isSupervisor() ? '' : mine();
}

function transferable() {
  if (!opened.value) return t('keys.why.nobody');
  return mayHandOver(open()) ? '' : mine();
}

function takeable() {
  const { state, agent } = open();
  if (!state) return t('keys.why.nobody');
  if (mayTakeOver(open())) return '';
  if (state !== 'open') return t(`keys.why.${state}`);
  return isMe(agent) ? t('keys.why.yours') : t('keys.why.supervisor');
}

function reopenable() {
  if (!opened.value) return t('keys.why.nobody');
  return open().state === 'closed' ? '' : t('keys.why.not_ended');
}

searchMessages.value = (words) => {
  typed.value = words;
  ask({ text: words });
  focusSearch();
};
