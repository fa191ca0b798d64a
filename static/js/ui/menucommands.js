// What the menus of a conversation and of the list hold, by name in the palette.
import { enlist } from '../lib/commands.js';
import { draftOf } from '../lib/drafts.js';
import { t } from '../lib/i18n.js';
import { agentName } from '../lib/people.js';
import { counts } from '../lib/counts.js';
import { current, isMine, opened } from '../lib/state.js';
import { undo, undoable } from '../lib/undo.js';
import { reverse } from '../lib/waiting.js';
import { go } from './acts.js';
import { blockItem } from './block.js';
import { writeReply } from './modes.js';

const nobody = () => (opened.value ? '' : t('keys.why.nobody'));

// Why nothing can be sent in the open conversation.
function notMine() {
  const row = opened.value;
  if (!row || isMine(row)) return nobody();
  return row.state === 'open' ? t('inbox.act.others', { name: agentName(row.agent, row.account) }) : t(`keys.why.${row.state}`);
}

const editor = (type, icon) => ({
  name: `send_${type}`, area: 'write', icon, why: notMine,
  run: () => {
    writeReply(current.value);
    draftOf(current.value).asked.value = type;
  },
});

enlist(
  { name: 'block', area: 'here', icon: 'circle-x', why: () => nobody() || blockItem(opened.value).reason, run: () => blockItem(opened.value).run() },
  { name: 'take_back', area: 'write', icon: 'undo-2', why: () => nobody() || (undoable(current.value).length ? '' : t('keys.why.sent')), run: () => undo(current.value) },
  editor('news', 'newspaper'), editor('voice', 'mic'), editor('video', 'video'), editor('music', 'music'), editor('msgmenu', 'clipboard-list'),
  editor('articles', 'newspaper'), editor('miniprogrampage', 'app-window'), editor('wxcard', 'ticket'),
  { name: 'reverse', area: 'go', icon: 'arrow-down', why: () => (counts.value.waiting ? '' : t('keys.why.queue')), run: () => {
    reverse();
    go('waiting', current.value, { replace: true });
  } },
);
