// The strip across the top: the connection is gone, or it is back.
import { tick } from '../lib/clock.js';
import { effect, html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { connection, retryNow } from '../lib/net.js';
import { received } from '../lib/state.js';
import { icon } from './icon.js';

const CALM = 1_000; // a shorter break is not worth a word
const SETTLE = 700; // by then what was missed has come in
const STAY = 4_000;

const back = signal(null); // how many messages came after a break, null when there is nothing to say

export function banner() {
  tick.value;
  if (isBroken(connection.value)) return broken(connection.value);
  if (back.value === null) return nothing;
  return html`<div class="banner banner-ok" role="status">${icon('circle-check')}<span>${back.value ? t('inbox.net.caught_up', { n: back.value }) : t('inbox.net.back')}</span></div>`;
}

const isBroken = ({ since }) => since > 0 && Date.now() - since > CALM;

function broken({ retryAt }) {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  const words = !navigator.onLine ? t('inbox.net.offline') : seconds > 0 ? t('inbox.net.retry', { n: seconds }) : t('inbox.net.trying');
  return html`<div class="banner">${icon('loader-circle', 'spin')}<span aria-hidden="true">${words}</span><span class="sr" role="status">${t('inbox.net.lost')}</span>
    ${seconds > 0 ? html`<button class="btn btn-xs" type="button" @click=${retryNow}>${t('inbox.net.now')}</button>` : nothing}</div>`;
}

// Counts what customers wrote between the break and the return.
export function followConnection() {
  let lost = null;
  effect(() => {
    const { since } = connection.value;
    if (since) lost ??= { since, total: received.total };
    if (since || !lost) return;
    const { since: from, total } = lost;
    lost = null;
    if (Date.now() - from > CALM) setTimeout(() => welcome(received.total - total), SETTLE);
  });
}

function welcome(count) {
  back.value = count;
  setTimeout(() => {
    back.value = null;
  }, STAY);
}
