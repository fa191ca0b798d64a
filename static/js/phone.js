// The phones of the sandbox: one plays WeChat's users here and sees what the agents answer.
import { effect } from './lib/html.js';
import { loadCatalogue } from './lib/i18n.js';
import { mount } from './lib/mount.js';
import { acts } from './phone/acts.js';
import { screen } from './phone/screen.js';
import { follow, read, user } from './phone/state.js';
import { users } from './phone/users.js';

const place = (id) => document.getElementById(id);

async function start() {
  try {
    await loadCatalogue();
  } catch (fault) {
    console.error(fault);
    place('phone').replaceChildren(place('load-failed').content.cloneNode(true));
    place('phone').querySelector('button').onclick = start;
    return;
  }
  mount(place('users'), users);
  mount(place('phone'), screen);
  mount(place('acts'), acts);
  effect(() => {
    if (user.value?.unread && !document.hidden) read(user.value.openid);
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && user.value?.unread) read(user.value.openid);
  });
  follow();
}

start();
