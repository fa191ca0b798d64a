// A button that sends one of the sandbox's ready actions.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from '../ui/icon.js';
import { act } from './state.js';

export const sample = (action, label) => html`
  <button class="btn btn-sm btn-block" type="button" @click=${() => act(action)}>${icon('play')}${t(label)}</button>`;
