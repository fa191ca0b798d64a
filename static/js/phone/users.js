// Left: whose phone, what time it is, what goes wrong next.
import { tick } from '../lib/clock.js';
import { html, nothing, signal } from '../lib/html.js';
import { formatSpan, t } from '../lib/i18n.js';
import { identicon } from '../ui/avatar.js';
import { icon } from '../ui/icon.js';
import { faults } from './faults.js';
import { goods } from './goods.js';
import { session } from './session.js';
import { choose, connected, post, state, user } from './state.js';

const naming = signal(false);

export const users = () => html`
  <header class="lab-head"><h1>${t('phone.title')}</h1><p>${t('phone.intro')}</p></header>
  ${connected.value ? nothing : html`<p class="lab-lost" role="status">${icon('refresh-cw')}${t('phone.lost')}</p>`}
  <ul class="lab-users">${(state.value?.users ?? []).map(entry)}</ul>
  <div class="lab-pad">${naming.value ? nameForm() : html`
    <button class="btn btn-sm btn-block" type="button" @click=${ask}>${icon('user-plus')}${t('phone.user.new')}</button>`}</div>
  <section class="lab-sec"><h2>${t('phone.time')}</h2>
    ${[['1m', '1h'], ['47h', '3d']].map((row) => html`<div class="lab-row">${row.map(forward)}</div>`)}
  </section>
  ${faults()}
  ${session()}
  ${goods()}
  ${invitations()}`;

function entry(one) {
  const mine = one.openid === user.value?.openid;
  return html`<li><a class="lab-user" href=${`#${one.openid}`} aria-current=${mine ? 'true' : nothing} @click=${(event) => take(event, one)}>
    ${identicon(one.openid, 'idn-32')}<span>${one.name}<small>${standing(one, mine)}</small></span>${mark(one, mine)}</a></li>`;
}

function mark({ unread }, mine) {
  if (mine) return html`<span class="dot dot-online" title=${t('phone.user.current')}></span>`;
  return unread ? html`<span class="count">${unread}<span class="sr">${t('phone.user.unread_words')}</span></span>` : nothing;
}

function take(event, one) {
  event.preventDefault();
  choose(one.openid);
}

// What the account may still send to the user, by the two buckets.
export function budget({ message, action }, now) {
  const open = [action, message].filter(({ until }) => until > now);
  return { left: open.reduce((sum, { left }) => sum + left, 0), until: Math.max(0, ...open.map(({ until }) => until)) };
}

function standing(one, mine) {
  if (one.blocked) return t('phone.user.blocked');
  if (!one.following) return t('phone.user.stranger');
  if (one.unread && !mine) return t('phone.user.unread', { n: one.unread });
  const now = tick.value;
  const { left, until } = budget(one, now);
  return until ? t('phone.user.window', { time: span(until - now), n: left }) : t('phone.user.closed');
}

// Hours and minutes as on a watch.
export function span(ms) {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? formatSpan(ms) : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function ask() {
  naming.value = true;
  queueMicrotask(() => document.getElementById('new-user')?.focus());
}

const nameForm = () => html`
  <form class="lab-row" @submit=${create} @keydown=${(event) => event.key === 'Escape' && (naming.value = false)}>
    <input class="input" id="new-user" name="name" maxlength="20" autocomplete="off" required aria-label=${t('phone.user.name')} placeholder=${t('phone.user.name')}>
    <button class="btn btn-primary" type="submit">${t('phone.user.create')}</button>
  </form>`;

async function create(event) {
  event.preventDefault();
  const answer = await post('users', { name: new FormData(event.target).get('name'), appid: user.value?.appid ?? '' });
  if (!answer) return;
  naming.value = false;
  choose(answer.user.openid);
}

const spans = { '1m': 60_000, '1h': 3_600_000, '47h': 47 * 3_600_000, '3d': 72 * 3_600_000 };

const forward = (name) => html`
  <button class="btn btn-sm" type="button" @click=${() => post('clock', { advance_ms: spans[name] })}>${t(`phone.time.${name}`)}</button>`;

// Persons who were asked to serve as an agent answer here.
function invitations() {
  const open = (state.value?.accounts ?? []).flatMap(({ appid, kf }) =>
    kf.filter(({ invite }) => invite === 'waiting').map((one) => ({ ...one, appid })));
  return open.length ? html`<section class="lab-sec"><h2>${t('phone.invites')}</h2><div class="stack-s">${open.map(invitation)}</div></section>` : nothing;
}

const invitation = ({ appid, kf_account, nick }) => html`<div class="lab-invite"><span>${nick}<small>${kf_account}</small></span>
  ${['accept', 'reject'].map((invite) => html`<button class="btn btn-sm" type="button" @click=${() => post('kf', { appid, kf_account, invite })}>${t(`phone.invite.${invite}`)}</button>`)}</div>`;
