// What can be done with a message. A button appears where the pointer or the focus is; on a touch
// screen the finger rests on the message.
import { effect, html, nothing, signal, untracked } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { isReady, keepAt } from '../lib/media.js';
import { mount } from '../lib/mount.js';
import { opened } from '../lib/state.js';
import { copyText } from './copy.js';
import { forward, whyNot } from './forward.js';
import { icon } from './icon.js';
import { closeMenu, isShown, list, showMenu } from './menu.js';
import { canSave, saveQuick } from './quicksave.js';

const REST = 500; // ms that a finger rests
const at = signal(null); // {row, button}
let frame = 0;

export const more = (row) => row.id && itemsOf(row).length ? html`
  <button class="btn btn-quiet btn-icon btn-xs msg-more" type="button" aria-haspopup="menu" aria-label=${t('inbox.message.more')} title=${t('inbox.message.more')}
    @click=${({ currentTarget }) => open(currentTarget, row)}>${icon('ellipsis')}</button>` : nothing;

function itemsOf(row) {
  const { type, media } = row;
  const [kind, text] = copied(row);
  return [
    text && { icon: 'copy', label: t(`inbox.message.copy_${kind}`), run: () => copyText(text, t('common.copied')) },
    forwards.includes(type) && { icon: 'forward', label: t('inbox.forward.to'), reason: whyNot(row), run: () => forward(row) },
    canSave(row) && { icon: 'zap', label: t('quick.save'), run: () => saveQuick(row, opened.value.account) },
    isReady(media) && files.includes(type) && { icon: 'download', label: t('inbox.media.download'), run: () => save(media) },
  ].filter(Boolean);
}

const forwards = ['text', 'image', 'voice', 'video'];
const files = ['image', 'voice', 'video', 'shortvideo'];

// The words of a message, or where it leads.
function copied({ type, body }) {
  const { content, recognition, transcript, label, title, url, musicurl, head_content: head, tail_content: tail, list: entries } = body ?? {};
  const text = {
    text: content, voice: recognition || transcript, location: label, file: title,
    msgmenu: [head, ...(entries ?? []).map((entry) => entry.content), tail].filter(Boolean).join('\n'),
  }[type];
  return text ? ['text', text] : ['link', url || musicurl];
}

function save(media) {
  const link = document.createElement('a');
  link.href = keepAt(media);
  link.download = media.name ?? '';
  link.click();
}

function open(button, row) {
  at.value = { row, button };
  showMenu('message', button);
}

// Below the button, or below the bubble where there is no button to be seen.
function anchor({ button }) {
  const seen = button.offsetWidth > 1;
  return (seen ? button : button.closest('.msg-line').querySelector('.bubble')).getBoundingClientRect();
}

// The message may move, as it does when another arrives: the menu goes along while it can be seen.
function follow(host) {
  cancelAnimationFrame(frame);
  if (!isShown('message')) return;
  const menu = host.firstElementChild?.getBoundingClientRect();
  if (menu) {
    const stream = at.value.button.closest('.stream')?.getBoundingClientRect();
    const { left, top, bottom } = anchor(at.value);
    if (!stream || bottom < stream.top || top > stream.bottom) return closeMenu();
    const below = bottom + 4;
    host.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.width - 8))}px`;
    host.style.top = `${Math.max(8, below + menu.height > innerHeight - 8 ? below - menu.height - 36 : below)}px`;
  }
  frame = requestAnimationFrame(() => follow(host));
}

// The menu lies over everything, so that the stream cuts nothing off.
export function followMessages(stream) {
  const host = document.createElement('div');
  host.className = 'msg-menu';
  host.dataset.menu = 'message';
  document.body.append(host);
  mount(host, () => (isShown('message') ? list(t('inbox.message.more'), itemsOf(at.value.row)) : nothing));
  effect(() => isShown('message') && untracked(() => follow(host)));
  followFingers(stream);
}

function followFingers(stream) {
  let timer = 0;
  let start = null;
  const end = () => clearTimeout(timer);
  stream.addEventListener('pointerdown', (event) => {
    end();
    start = event;
    const button = event.target.closest('.msg-line')?.querySelector('.msg-more');
    if (event.pointerType === 'touch' && button) timer = setTimeout(() => button.click(), REST);
  });
  stream.addEventListener('pointermove', (event) => start && Math.hypot(event.x - start.x, event.y - start.y) > 10 && end());
  for (const name of ['pointerup', 'pointercancel', 'scroll']) stream.addEventListener(name, end, true);
  // The browser's own menu would come on top.
  stream.addEventListener('contextmenu', (event) => start?.pointerType === 'touch' && event.target.closest('.msg-line') && event.preventDefault());
}
