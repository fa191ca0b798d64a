// The agent's own page: how this browser tells them of events. Each change is kept at once.
import { play } from './lib/chime.js';
import { keep, settings } from './lib/noticesettings.js';

const box = document.querySelector('[data-notices]');
const now = settings();

function start() {
  box.hidden = false;
  for (const row of box.querySelectorAll('[data-event]')) event(row, now.events[row.dataset.event]);
  const volume = box.querySelector('#volume');
  volume.value = now.volume;
  volume.onchange = () => change(() => (now.volume = Number(volume.value)));
  const away = box.querySelector('[name="away"]');
  away.checked = now.away;
  away.onchange = () => change(() => (now.away = away.checked));
  box.querySelector('[data-ask]').onclick = () => Notification.requestPermission().then(permission);
  permission();
}

function event(row, chosen) {
  const sound = row.querySelector('[name="sound"]');
  const pop = row.querySelector('[name="pop"]');
  sound.value = chosen.sound;
  pop.checked = chosen.pop;
  pop.onchange = () => change(() => (chosen.pop = pop.checked));
  sound.onchange = () => {
    change(() => (chosen.sound = sound.value));
    play(chosen.sound, now.volume);
  };
  row.querySelector('[data-try]').onclick = () => play(chosen.sound, now.volume);
}

function change(set) {
  set();
  keep(now);
}

// What the browser allows, in words; it is asked only by the button.
function permission() {
  const state = globalThis.Notification?.permission ?? 'none';
  for (const words of box.querySelectorAll('[data-permission]')) words.hidden = words.dataset.permission !== state;
  box.querySelector('[data-ask]').hidden = state !== 'default';
}

if (box) start();
