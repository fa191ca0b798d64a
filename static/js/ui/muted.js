// Says that the browser lets no sound be heard yet. Any click or key on the page changes that.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { muted } from '../lib/notify.js';
import { icon } from './icon.js';

export const mutedBanner = () => (muted.value
  ? html`<div class="banner">${icon('volume-2')}<span role="status">${t('keys.muted')}</span><button class="btn btn-xs" type="button">${t('keys.muted.on')}</button></div>`
  : nothing);
