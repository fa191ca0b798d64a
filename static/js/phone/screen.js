// The phone itself: title, chat, and below it the account's menu or the keyboard.
import { tick } from '../lib/clock.js';
import { html, keyed, nothing, repeat, signal } from '../lib/html.js';
import { formatTime, t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { line } from './line.js';
import { account, act, state, user } from './state.js';

const typing = signal(false); // the keyboard is up

export function screen() {
  if (!user.value) return html`<div class="phone"><div class="phone-in wx"></div></div>`;
  return keyed(user.value.openid, html`<div class="phone"><div class="phone-in wx">
    <div class="phone-bar"><span>${formatTime(tick.value)}</span><i></i><span>${icon('signal')}${icon('wifi')}${icon('battery-full')}</span></div>
    <div class="wx-head">${icon('chevron-left')}<span id="phone-title" role="status">${title()}</span>${icon('user-round')}</div>
    <div class="wx-flow" tabindex="0" role="log" aria-label=${t('phone.chat')}><div class="wx-stack">${chat()}</div></div>
    ${below()}
  </div></div>`);
}

const title = () => (user.value.typing_until > tick.value ? t('phone.typing') : account.value?.name);

const PAUSE = 5 * 60_000;

function chat() {
  const lines = state.value.history;
  const rows = lines.map((entry, nth) => ({ entry, timed: nth === 0 || entry.at - lines[nth - 1].at > PAUSE }));
  return repeat(rows, ({ entry }) => entry.id, ({ entry, timed }) => html`
    ${timed ? html`<p class="wx-time">${when(entry.at)}</p>` : nothing}${line(entry)}`);
}

// WeChat shows the day only when it is another one.
function when(ms) {
  const day = new Date(ms).toDateString() === new Date(tick.value).toDateString() ? '' : t('phone.day', {
    month: new Date(ms).getMonth() + 1, day: new Date(ms).getDate() });
  return `${day}${day ? ' ' : ''}${formatTime(ms)}`;
}

function below() {
  if (!user.value.following) {
    return html`<div class="wx-follow"><button type="button" @click=${() => act({ do: 'follow' })}>${icon('user-plus')}${t('phone.follow')}</button></div>`;
  }
  const menu = account.value?.menu ?? [];
  return typing.value || menu.length === 0 ? keyboard(menu.length > 0) : html`<div class="wx-menu">
    <button type="button" aria-label=${t('phone.keyboard')} @click=${() => show(true)}>${icon('keyboard', 'i-20')}</button>
    ${menu.map((button) => html`<button type="button" @click=${() => act({ do: button.type, key: button.key })}>${button.name}</button>`)}
  </div>`;
}

const keyboard = (canGoBack) => html`<form class="wx-input" @submit=${say}>
  ${canGoBack ? html`<button type="button" aria-label=${t('phone.menu')} @click=${() => show(false)}>${icon('chevron-down')}</button>` : nothing}
  <input id="phone-text" name="text" autocomplete="off" maxlength="2000" aria-label=${t('phone.text')}>
  <button type="submit" aria-label=${t('phone.send')}>${icon('arrow-up')}</button>
</form>`;

function show(on) {
  typing.value = on;
  if (on) queueMicrotask(() => document.getElementById('phone-text')?.focus());
}

// Also the form on the right: what the field holds is sent as a text.
export async function say(event) {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value;
  if (!text.trim()) return;
  field.value = '';
  if (!await act({ do: 'text', text }) && !field.value) field.value = text;
}
