// Notices of the desktop.
import { asset } from './boot.js';
import { t } from './i18n.js';

// One notice of an event for all that it happened to, the newest last: {id, name, text, open}. A click
// opens the newest.
export function pop(event, about) {
  if (globalThis.Notification?.permission !== 'granted') return;
  const { id, name, text, open } = about.at(-1);
  const many = about.length > 1;
  const title = many ? t(`keys.event.${event}.pops`, { n: about.length }) : t(`keys.event.${event}.pop`, { name });
  const body = many ? about.map((one) => one.name).slice(-5).join(t('common.list_separator')) : text;
  const options = { body, tag: `kf-${event}-${many ? 'many' : id}`, icon: asset('img/icon-192.png'), data: { path: `/#all/${id}` } };
  try {
    const notice = new Notification(title, options);
    notice.onclick = () => {
      window.focus();
      notice.close();
      open();
    };
  } catch {
    navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, options)); // the way on phones
  }
}
