// Whether agents are at the desk: a shape and a word, and the agent's own choice in the rail.
import { post } from '../lib/api.js';
import { effect, html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { capacityOf, loadOf } from '../lib/handover.js';
import { mount } from '../lib/mount.js';
import { agents, apply, me } from '../lib/state.js';
import { keyName } from './keycap.js';
import { refused, toast } from './toast.js';

const shapes = { online: 'dot-online', busy: 'dot-busy', away: 'dot-offline' };

export const presenceWord = (presence) => t(`handover.presence.${presence}`);

// The mark at a portrait; the word stands beside it.
export const presenceDot = (presence) => html`<i class=${`dot ${shapes[presence]}`} aria-hidden="true"></i>`;

// The server's frame follows; until then this tab shows what was asked for.
async function say(presence) {
  try {
    const answer = await post('me/presence', { presence });
    apply({ agent: { ...agents.value.get(me.value.id), presence: answer.me.presence } });
    return true;
  } catch (error) {
    refused(error);
    return false;
  }
}

// Online and busy in turn.
export const togglePresence = () => choosePresence(me.value.presence === 'online' ? 'busy' : 'online');

export async function choosePresence(presence) {
  if (await say(presence)) toast(t('handover.presence.now', { presence: presenceWord(presence) }), { icon: 'check' });
}

const choice = () => html`
  <div class="prefs"><span class="prefs-label" id="presence-label">${t('handover.presence')}</span>
    <div class="seg seg-boxed presence" role="group" aria-labelledby="presence-label">${Object.keys(shapes).map((presence) => html`
      <button class="seg-btn" type="button" aria-pressed=${me.value.presence === presence} title=${presence === 'busy' ? keyName('presence') : ''}
        @click=${() => say(presence)}>${presenceDot(presence)}${presenceWord(presence)}</button>`)}</div></div>
  <div class="menu-sep" role="separator"></div>`;

// The rail comes from the server; here it gets what changes.
export function followPresence() {
  mount(document.getElementById('rail-presence'), choice);
  const button = document.querySelector('.rail-me');
  const [dot, words, count] = ['i', 'span', 'span'].map((tag) => document.createElement(tag));
  const menu = button.getAttribute('aria-label');
  button.removeAttribute('aria-label'); // its words tell more
  words.className = 'sr';
  count.className = 'num';
  const face = button.querySelector('.av');
  face.setAttribute('aria-hidden', 'true');
  face.append(dot);
  button.append(words, count);
  effect(() => {
    const { id, presence } = me.value;
    const most = capacityOf(me.value);
    dot.className = `dot ${shapes[presence]}`;
    button.title = presenceWord(presence);
    words.textContent = t('handover.rail.me', { menu, presence: presenceWord(presence) });
    count.textContent = most ? `${loadOf(id)}/${most}` : loadOf(id);
  });
}
