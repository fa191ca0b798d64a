// Right: what the user sends and does, and what went to and fro.
import { tick } from '../lib/clock.js';
import { html, nothing, repeat } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { textForm } from './keyboard.js';
import { logLine } from './log.js';
import { open, pane, toggle } from './pane.js';
import { account, act, samples, state, user } from './state.js';
import { span } from './users.js';

const kinds = [
  ['image', 'image'], ['voice', 'mic'], ['video', 'video'], ['shortvideo', 'clapperboard'], ['location', 'map-pin'],
  ['link', 'link'], ['file', 'scroll-text'], ['sticker', 'smile'], ['miniprogrampage', 'app-window'],
];
const events = [
  ['follow', 'user-plus'], ['unfollow', 'user-minus'], ['scan', 'qr-code'], ['click', 'mouse-pointer-click'], ['enter', 'log-in'], ['rate', 'thumbs-up'],
];
const rare = [
  'follow_scene', 'follow_paid', 'pay', 'view', 'view_miniprogram', 'scancode_push', 'scancode_waitmsg', 'pic_sysphoto', 'pic_photo_or_album', 'pic_weixin',
  'location_select', 'location_report', 'user_info_modified', 'user_authorization_revoke', 'user_authorization_cancellation',
];

// What an event button does where it is not a ready action of the sandbox.
const actions = {
  follow: () => ({ do: 'follow' }),
  unfollow: () => ({ do: 'unfollow' }),
  follow_scene: () => samples('follow')[0],
  follow_paid: () => ({ do: 'follow', paid: true }),
  pay: () => ({ do: 'pay' }),
  enter: () => samples('event')[0],
  rate: () => samples('tap')[0],
  click: () => ({ do: 'click', key: account.value?.menu.find(({ type }) => type === 'click')?.key ?? 'KF' }),
};

const trigger = (name) => act(actions[name]?.() ?? samples(name)[0]);

export function acts() {
  if (!user.value) return nothing;
  return html`
    <header class="lab-head"><h2>${t('phone.as', { name: user.value.name })}</h2><p>${standing()}</p></header>
    <section class="lab-sec lab-first">${textForm()}</section>
    <section class="lab-sec"><h2>${t('phone.send_one')}</h2>
      <div class="lab-grid">${kinds.map(([kind, drawing]) => html`<button class="btn btn-sm" type="button" aria-expanded=${kind === 'sticker' ? nothing : open.value === kind}
        @click=${() => toggle(kind)}>${icon(drawing)}${t(`phone.type.${kind}`)}</button>`)}</div>
      ${pane()}
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
