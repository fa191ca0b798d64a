// The alarms of an admin, under the banner of the connection.
import { alarms } from '../lib/alarms.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from './icon.js';

export const alarmBanners = () => alarms.value.map(({ text, link, warn }) => html`<div class="banner ${warn ? '' : 'banner-danger'}">
  ${icon(warn ? 'triangle-alert' : 'circle-x')}<span role="status">${text}</span><a class="link" href=${link}>${t('common.alarm.mend')}</a></div>`);
