// Short news of things that are done: they can be undone, or could not be seen. Gone after 5 s,
// unless the pointer or the focus is on them.
import { html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { mount } from '../lib/mount.js';
import { icon } from './icon.js';

const LIFE = 5_000;
const toasts = signal([]);
let region = null;

// options: icon, action (label of a button) and run (what it does), danger, stays (until it is closed).
export function toast(text, options = {}) {
  region ??= makeRegion();
  const one = { text, ...options };
  const passing = toasts.value.filter(({ stays }) => !stays);
  toasts.value = [...toasts.value.filter((old) => old.stays || passing.indexOf(old) >= passing.length - 2), one];
  live(one);
}

// The refusal of a request, as the server put it.
export const refused = (error) => toast(error.text ?? String(error), { icon: 'circle-alert', danger: true });

function makeRegion() {
  const element = document.createElement('div');
  element.className = 'toasts';
  document.body.append(element);
  mount(element, () => toasts.value.map(view));
  return element;
}

const view = (one) => html`
  <div class="toast" role=${one.danger ? 'alert' : 'status'}
    @pointerenter=${() => clearTimeout(one.timer)} @pointerleave=${() => live(one)}
    @focusin=${() => clearTimeout(one.timer)} @focusout=${() => live(one)}>
    ${one.icon ? icon(one.icon) : nothing}<span>${one.text}</span>
    ${one.action ? html`<button class="btn btn-xs" type="button" @click=${() => act(one)}>${one.action}</button>` : nothing}
    ${one.stays ? html`<button class="btn btn-icon btn-xs" type="button" aria-label=${t('common.close')} @click=${() => remove(one)}>${icon('x')}</button>` : nothing}
  </div>`;

function act(one) {
  remove(one);
  one.run();
}

function live(one) {
  clearTimeout(one.timer);
  if (!one.stays) one.timer = setTimeout(remove, LIFE, one);
}

function remove(one) {
  clearTimeout(one.timer);
  toasts.value = toasts.value.filter((other) => other !== one);
}
