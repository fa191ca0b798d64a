// What agents choose for themselves, by name in the palette: presence, sounds, looks, log-out.
import { enlist } from '../lib/commands.js';
import { t } from '../lib/i18n.js';
import { setSound, settings } from '../lib/noticesettings.js';
import { choosePresence } from './presence.js';
import { toast } from './toast.js';

const unlessSo = (so) => () => (so() ? t('keys.why.so') : '');

const presence = (name) => ({ name, area: 'other', icon: 'user-round', run: () => choosePresence(name) });

const sound = (name, on) => ({
  name, area: 'other', icon: 'volume-2', why: unlessSo(() => settings().volume > 0 === on),
  run: () => {
    setSound(on);
    toast(t(`keys.did.${name}`), { icon: 'check' });
  },
});

// The forms of the page's frame keep these.
const inFrame = (selector) => document.querySelector(`.drop-me ${selector}`);

const preference = (name, icon, kind, value) => {
  const button = () => inFrame(`[name="${kind}"][value="${value}"]`);
  return { name, area: 'other', icon, why: unlessSo(() => button().getAttribute('aria-pressed') === 'true'), run: () => button().click() };
};

enlist(
  presence('online'), presence('busy'), presence('away'),
  sound('sound_on', true), sound('sound_off', false),
  preference('theme_system', 'monitor', 'theme', 'system'),
  preference('theme_light', 'monitor', 'theme', 'light'),
  preference('theme_dark', 'moon', 'theme', 'dark'),
  preference('chinese', 'message-square', 'lang', 'zh-CN'),
  preference('english', 'message-square', 'lang', 'en'),
  { name: 'log_out', area: 'other', icon: 'log-out', run: () => inFrame('form[action="/logout"] button').click() },
);
