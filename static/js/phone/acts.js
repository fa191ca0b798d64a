// Right: what the user sends and does, and what went to and fro.
import { tick } from '../lib/clock.js';
import { html, nothing, repeat } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { send } from './files.js';
import { logLine } from './log.js';
import { say } from './screen.js';
import { account, act, sample, state, user } from './state.js';
import { span } from './users.js';

const kinds = [
  ['image', 'image'], ['voice', 'mic'], ['video', 'video'], ['shortvideo', 'clapperboard'], ['location', 'map-pin'],
  ['link', 'link'], ['file', 'scroll-text'], ['sticker', 'smile'], ['miniprogrampage', 'app-window'],
];
const events = [
  ['follow', 'user-plus'], ['unfollow', 'user-minus'], ['scan', 'qr-code'], ['click', 'mouse-pointer-click'], ['enter', 'log-in'], ['rate', 'thumbs-up'],
];
const rare = [
  'follow_scene', 'follow_paid', 'pay', 'view', 'scancode_push', 'pic_weixin', 'location_select', 'location_report', 'user_authorization_revoke',
];

// What an event button does where it is not a ready action of the sandbox.
const actions = {
  follow: () => ({ do: 'follow' }),
  unfollow: () => ({ do: 'unfollow' }),
  follow_scene: () => sample('follow'),
  follow_paid: () => ({ do: 'follow', paid: true }),
  pay: () => ({ do: 'pay' }),
  enter: () => sample('event'),
  rate: () => sample('tap'),
  click: () => ({ do: 'click', key: account.value?.menu.find(({ type }) => type === 'click')?.key ?? 'KF' }),
};

const trigger = (name) => act(actions[name]?.() ?? sample(name));

export function acts() {
  if (!user.value) return nothing;
  return html`
    <header class="lab-head"><h2>${t('phone.as', { name: user.value.name })}</h2><p>${standing()}</p></header>
    <section class="lab-sec lab-first">
      <form class="lab-row" @submit=${say}><input type="text" class="input" name="text" autocomplete="off" maxlength="2000" aria-label=${t('phone.text')} placeholder=${t('phone.text_hint')}>
        <button class="btn btn-primary" type="submit">${t('phone.send')}</button></form>
    </section>
    <section class="lab-sec"><h2>${t('phone.send_one')}</h2>
      <div class="lab-grid">${kinds.map(([kind, drawing]) => button(t(`phone.type.${kind}`), drawing, () => act(sample(kind))))}</div>
      <label class="btn btn-sm btn-block lab-own">${icon('upload')}${t('phone.own_file')}<input class="sr" type="file" @change=${send}></label>
    </section>
    <section class="lab-sec"><h2>${t('phone.trigger')}</h2>
      <div class="lab-grid">${events.map(([name, drawing]) => button(t(`phone.event.${name}`), drawing, () => trigger(name)))}</div>
      <form class="lab-row lab-rare" @submit=${triggerRare}>
        <select class="select" name="event" aria-label=${t('phone.event.more')}>${rare.map((name) => html`<option value=${name}>${t(`phone.event.${name}`)}</option>`)}</select>
        <button class="btn" type="submit">${t('phone.event.do')}</button></form>
    </section>
    <section class="lab-sec lab-grow"><h2>${t('phone.log')}</h2>
      <ol class="lab-log">${repeat(state.value.log.toReversed?.() ?? [...state.value.log].reverse(), ({ id }) => id, logLine)}</ol>
    </section>`;
}

const button = (label, drawing, run) => html`<button class="btn btn-sm" type="button" @click=${run}>${icon(drawing)}${label}</button>`;

function triggerRare(event) {
  event.preventDefault();
  trigger(new FormData(event.target).get('event'));
}

// Both buckets, as the platform counts them.
function standing() {
  const { following, message, action } = user.value;
  if (!following) return t('phone.user.stranger');
  const now = tick.value;
  const open = [['message', message], ['action', action]].filter(([, { until }]) => until > now);
  if (!open.length) return t('phone.budget.closed');
  return open.map(([name, { left, total, until }]) => t(`phone.budget.${name}`, { left, total, time: span(until - now) })).join(t('phone.budget.and'));
}
