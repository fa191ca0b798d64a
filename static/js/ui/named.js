// Notes that name this agent: the entry above the list, a short word when one comes, and the report
// that one was seen.
import { post } from '../lib/api.js';
import { effect, html, nothing, signal, untracked } from '../lib/html.js';
import { formatListTime, t } from '../lib/i18n.js';
import { jumpTo } from '../lib/jump.js';
import { calls, notes } from '../lib/mentions.js';
import { tell as notify } from '../lib/notify.js';
import { agentName, customerName } from '../lib/people.js';
import { apply, opened, timeline } from '../lib/state.js';
import { icon } from './icon.js';
import { refused, toast } from './toast.js';

const shown = signal(false); // the list of them

export function named() {
  const list = notes.value;
  if (!list.length) return nothing;
  return html`
    <div class="named">
      <button class="btn named-btn" type="button" aria-expanded=${shown.value} aria-controls="named" @click=${() => (list.length > 1 ? (shown.value = !shown.value) : visit(list[0]))}>
        ${icon('at-sign')}<span>${list.length > 1 ? t('customer.named.n', { n: list.length }) : words(list[0])}</span><span class="count">${list.length}</span></button>
      ${shown.value && list.length > 1 ? html`<ul class="named-list" id="named">${list.map(item)}</ul>` : nothing}
    </div>`;
}

const words = (one) => t('customer.named.one', { name: agentName(one.agent, one.account), customer: customerName(one) });

const item = (one) => html`<li><button class="named-item" type="button" @click=${() => visit(one)}>
  <span class="named-top"><b>${words(one)}</b><time>${formatListTime(one.at)}</time></span><span class="named-text">${one.text}</span></button></li>`;

export function visit(one) {
  shown.value = false;
  jumpTo(one.conversation, one.message).catch(refused);
}

export function followMentions() {
  let before = new Set(calls.value.map(({ message }) => message));
  effect(() => {
    const fresh = calls.value.filter(({ message }) => !before.has(message));
    before = new Set(calls.value.map(({ message }) => message));
    untracked(() => fresh.filter((one) => !onScreen(one)).forEach(tell));
  });
  effect(() => {
    if (!notes.value.length || !opened.value) return;
    timeline(opened.value.id).messages.value;
    requestAnimationFrame(look);
  });
  document.getElementById('messages').addEventListener('scroll', look, { capture: true, passive: true });
  document.addEventListener('visibilitychange', look);
}

// Of an invitation the line in the thread has told.
function tell(one) {
  if (one.kind === 'note') toast(words(one), { icon: 'at-sign', action: t('customer.named.show'), run: () => visit(one) });
  notify('named', one.conversation);
}

// What is on the screen of who looks was seen.
const reported = new Set();

function look() {
  for (const one of notes.value.filter(onScreen)) {
    if (reported.has(one.message)) continue;
    reported.add(one.message);
    post(`messages/${one.message}/seen`).then(apply, () => reported.delete(one.message));
  }
}

function onScreen({ message }) {
  const stream = document.getElementById('stream');
  const note = stream?.querySelector(`.note[data-id="${message}"]`);
  if (!note || document.hidden) return false;
  const [a, b] = [note.getBoundingClientRect(), stream.getBoundingClientRect()];
  return a.top < b.bottom && a.bottom > b.top;
}
