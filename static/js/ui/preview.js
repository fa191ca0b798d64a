// What the customer will see, roughly: a piece of WeChat's screen around a message of ours.
import { html, nothing } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { now } from '../lib/clock.js';
import { agentName } from '../lib/people.js';
import { accounts, me } from '../lib/state.js';
import { portrait } from './avatar.js';
import { icon } from './icon.js';

export const accountName = ({ account }) => accounts.value.find(({ id }) => id === account)?.name ?? '';

export function preview(conversation, inside) {
  const { account } = conversation;
  return html`
    <section class="editor-view" aria-label=${t('editor.view')}>
      <header><span>${t('editor.view.title')}</span><span>${t('editor.view.differs')}</span></header>
      <div class="wx wx-screen">
        <div class="wx-head">${icon('chevron-left')}<span>${accountName(conversation)}</span>${icon('ellipsis')}</div>
        <div class="wx-flow">
          <p class="wx-time">${formatTime(now())}</p>
          <div class="wx-msg">${portrait(me.value.id, account, 36)}
            <div class="wx-body"><span class="wx-nick">${agentName(me.value.id, account)}</span>${inside}</div>
          </div>
        </div>
      </div>
    </section>`;
}

// A picture in there, or a blank where one will be.
export const wxPicture = (file, words = nothing) => file
  ? html`<img src=${file.url} alt="">`
  : html`<span class="cover-blank">${icon('image')}${words}</span>`;
