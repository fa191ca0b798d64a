// A customer whom WeChat's own tool holds: said above the messages, with the way to take them back.
import { closeSession } from '../lib/deeds.js';
import { html, nothing, signal } from '../lib/html.js';
import { formatWhen, t } from '../lib/i18n.js';
import { opened } from '../lib/state.js';
import { icon } from './icon.js';
import { refused, toast } from './toast.js';

const explained = signal(0); // the conversation in which the reason was asked for
const busy = signal(false);

export const nameOf = ({ nick, kf_account }) => nick || kf_account;

export function sessionNote() {
  const { id, customer: { session } } = opened.value ?? { customer: {} };
  if (!session) return nothing;
  const who = session.nick ? t('session.who', { nick: session.nick, kf: session.kf_account }) : session.kf_account;
  const why = explained.value === id;
  return html`
    <div class="threadnote" role="status">
      <div class="callout callout-warn">${icon('triangle-alert')}
        <div class="callout-main"><h2>${t('session.title')}</h2><p>${t('session.text', { who, when: formatWhen(session.since) })}</p>
          ${why ? html`<p class="session-why">${t('session.reason')}</p>` : nothing}</div>
        <div class="callout-acts"><button class="btn btn-sm btn-quiet" type="button" aria-expanded=${why ? 'true' : 'false'}
          @click=${() => { explained.value = why ? 0 : id; }}>${t('session.why')}</button></div>
      </div>
    </div>`;
}

export const takeBack = (id) => html`
  <button class="btn btn-sm btn-primary" type="button" ?disabled=${busy.value} aria-busy=${busy.value ? 'true' : nothing}
    @click=${() => close(id)}>${busy.value ? icon('loader-circle', 'spin') : nothing}${t('session.close')}</button>`;

async function close(id) {
  busy.value = true;
  try {
    await closeSession(id);
    toast(t('session.closed'), { icon: 'check' });
  } catch (error) {
    refused(error);
  }
  busy.value = false;
}
