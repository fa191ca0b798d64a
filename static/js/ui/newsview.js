// What the customer will see of a news card, roughly.
import { html, nothing } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { now } from '../lib/clock.js';
import { agentName } from '../lib/people.js';
import { accounts, me } from '../lib/state.js';
import { portrait } from './avatar.js';
import { icon } from './icon.js';

export function newsView({ account }, card, picture) {
  const name = accounts.value.find(({ id }) => id === account)?.name ?? '';
  return html`
    <section class="editor-view" aria-label=${t('composer.view')}>
      <header><span>${t('composer.view.title')}</span><span>${t('composer.view.differs')}</span></header>
      <div class="wx wx-screen">
        <div class="wx-head">${icon('chevron-left')}${name}${icon('ellipsis')}</div>
        <div class="wx-flow">
          <p class="wx-time">${formatTime(now())}</p>
          <div class="wx-msg">${portrait(me.value.id, account, 36)}
            <div class="wx-body"><span class="wx-nick">${agentName(me.value.id, account)}</span>
              <div class="wx-card">${face(card, picture)}<b>${card.title || t('composer.news.title')}</b>${card.description ? html`<p>${card.description}</p>` : nothing}</div>
            </div>
          </div>
        </div>
      </div>
    </section>`;
}

// Pictures of foreign hosts are not loaded into the console: a blank stands for them.
function face({ picurl = '' }, picture) {
  if (picture) return html`<img src=${picture.url} alt="">`;
  if (!picurl.trim()) return nothing;
  return html`<span class="cover-blank">${icon('image')}${t('composer.view.foreign')}</span>`;
}
