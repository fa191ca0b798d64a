// Who serves this user in WeChat's own tool: what they say goes there then.
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { account, post, user } from './state.js';

export function session() {
  const { kf = [] } = account.value ?? {};
  if (!kf.length || !user.value) return nothing;
  const { openid, session: now } = user.value;
  return html`<section class="lab-sec"><h2>${t('phone.session')}</h2>
    <div class="stack-s"><select class="select" aria-label=${t('phone.session')} aria-describedby="lab-session-note" @change=${({ target }) => post('sessions', { openid, kf_account: target.value })}>
      <option value="" .selected=${live(!now)}>${t('phone.session.none')}</option>
      ${kf.map(({ kf_account, nick }) => html`<option value=${kf_account} .selected=${live(now === kf_account)}>${nick} ${kf_account}</option>`)}
    </select><p class="lab-note" id="lab-session-note">${t('phone.session.note')}</p></div></section>`;
}
