// Text on the right: with WeChat's emoticons as codes.
import { html, nothing, signal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import '../ui/emoji.js';
import { icon } from '../ui/icon.js';
import { say } from './screen.js';

const choosing = signal(false);

const field = () => document.querySelector('#acts [name="text"]');

export const textForm = () => html`
  <form class="lab-row lab-text" data-emoji @submit=${submit}>
    <input type="text" class="input" name="text" autocomplete="off" maxlength="2000" aria-label=${t('phone.text')} placeholder=${t('phone.text_hint')}>
    <button class="btn btn-icon" type="button" aria-label=${t('composer.emoji')} title=${t('composer.emoji')} aria-expanded=${choosing.value} @click=${toggle}>${icon('smile')}</button>
    <button class="btn btn-primary" type="submit">${t('phone.send')}</button>
    ${choosing.value ? html`<kf-emoji .pick=${insert} @close=${toggle}></kf-emoji>` : nothing}
  </form>`;

function toggle() {
  choosing.value = !choosing.value;
  if (!choosing.value) field().focus();
}

// Where the caret is.
function insert(code) {
  const input = field();
  input.setRangeText(code, input.selectionStart, input.selectionEnd, 'end');
}

function submit(event) {
  choosing.value = false;
  say(event);
}
