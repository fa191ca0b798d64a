// What we know of the customer.
import { day } from '../lib/clock.js';
import { known, levelsOf, setLevel, setRemark, tagsOf } from '../lib/customer.js';
import { html, nothing, signal } from '../lib/html.js';
import { formatFullDate, has, languageName, t } from '../lib/i18n.js';
import { panelOver, togglePanel } from '../lib/layout.js';
import { customerName } from '../lib/people.js';
import { opened } from '../lib/state.js';
import { identicon } from './avatar.js';
import { blockSection } from './block.js';
import { copyText } from './copy.js';
import './edit.js';
import { icon } from './icon.js';
import { vip } from './level.js';
import { memoSection } from './memos.js';
import { pastSection } from './past.js';
import { tagSection } from './tags.js';
import { refused } from './toast.js';

const REMARK = 29; // characters, as WeChat takes
const naming = signal(0); // the customer whose remark is being changed

export function panel() {
  const conversation = opened.value;
  if (!conversation) return nothing;
  const { customer } = conversation;
  day.value;
  return html`
    <div class="cust">
      ${identicon(customer.openid, 'idn-48')}
      <div class="cust-main">
        <div class="cust-name"><h2>${customerName(customer)}</h2>${vip(conversation)}<button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('customer.remark.edit')} title=${t('customer.remark.edit')}
          @click=${() => (naming.value = customer.id)}>${icon('pencil')}</button></div>
        <div class="cust-sub"><code class="mono" title=${customer.openid}>${short(customer.openid)}</code>
          <button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('inbox.act.copy_openid')} title=${t('inbox.act.copy_openid')} @click=${() => copyText(customer.openid, t('inbox.copied.openid'))}>${icon('copy')}</button></div>
      </div>
      ${panelOver.value ? html`<button class="btn btn-quiet btn-icon btn-sm panel-close" type="button" aria-label=${t('common.close')} @click=${togglePanel}>${icon('x')}</button>` : nothing}
      ${naming.value === customer.id ? html`<kf-edit class="cust-edit" .value=${customer.remark} .label=${t('customer.remark')} .hint=${t('customer.remark.hint')} .most=${REMARK}
        .save=${(remark) => setRemark(customer.id, remark)} .close=${() => (naming.value = 0)}></kf-edit>` : nothing}
      ${untold(conversation)}
    </div>
    ${tagSection(conversation)}
    ${blockSection(conversation)}
    <section class="sec">
      <div class="sec-head"><h3>${t('inbox.panel.facts')}</h3></div>
      <dl class="facts">${facts(conversation).map(([name, value]) => html`<dt>${t(`inbox.fact.${name}`)}</dt><dd>${value}</dd>`)}</dl>
    </section>
    ${memoSection(conversation)}
    ${pastSection(conversation)}`;
}

const short = (openid) => `${openid.slice(0, 4)}…${openid.slice(-4)}`;

function facts(conversation) {
  const { following, subscribed_at, source, language, conversations } = conversation.customer;
  const since = subscribed_at ? formatFullDate(subscribed_at) : t('inbox.fact.following_unknown');
  return [
    ['following', following ? since : t('inbox.fact.unfollowed')],
    source && ['source', has(`inbox.source.${source}`) ? t(`inbox.source.${source}`) : t('inbox.source.scene', { scene: source })],
    language && ['language', languageName(language)],
    ['level', level(conversation)],
    ['conversations', t('inbox.fact.count', { n: conversations })],
  ].filter(Boolean);
}

const level = ({ account, customer }) => html`
  <select class="select" aria-label=${t('inbox.fact.level')} @change=${({ target }) => setLevel(customer.id, Number(target.value)).catch(refused)}>
    ${[t('inbox.fact.normal'), ...levelsOf(account).map(({ name }) => name)].map((name, i) => html`<option value=${i} .selected=${i === customer.vip}>${name}</option>`)}</select>`;

// What WeChat has refused to take over holds here all the same.
const untold = ({ account, customer }) => known.value.customer !== customer.id ? nothing : known.value.untold.map(({ what, tag, errcode, errmsg }) => {
  const reason = has(`wxerr.${errcode}`) ? t(`wxerr.${errcode}`) : t('wxerr.other', { errmsg, code: errcode });
  const name = tagsOf(account).find(({ id }) => id === tag)?.name ?? '';
  return html`<p class="untold" role="status">${icon('triangle-alert')}<span>${t(`customer.untold.${what}`, { name, reason })}</span></p>`;
});
