// The agent's own page: how this browser tells them of events, and how they write. Each change is kept
// at once.
import { play } from './lib/chime.js';
import { caps } from './lib/commands.js';
import { clockOf } from './lib/notices.js';
import { change, settings } from './lib/noticesettings.js';
import { setWriting, writing } from './lib/writing.js';

const notices = document.querySelector('[data-notices]');
const keyboard = document.querySelector('[data-writing]');
const now = settings();

function startNotices() {
  notices.hidden = false;
  for (const row of notices.querySelectorAll('[data-event]')) event(row, row.dataset.event);
  const volume = notices.querySelector('#volume');
  volume.value = now.volume;
  volume.onchange = () => change((kept) => (kept.volume = Number(volume.value)));
  tick('away', now.away, (kept, on) => (kept.away = on));
  tick('quiet', now.quiet.on, (kept, on) => (kept.quiet.on = on));
  for (const edge of ['start', 'end']) clock(edge);
  notices.querySelector('[data-ask]').onclick = () => Notification.requestPermission().then(permission);
  permission();
}

function event(row, name) {
  const sound = row.querySelector('[name="sound"]');
  const pop = row.querySelector('[name="pop"]');
  const chosen = now.events[name];
  const hear = () => play(sound.value, settings().volume);
  sound.value = chosen.sound;
  pop.checked = chosen.pop;
  pop.onchange = () => change(({ events }) => (events[name].pop = pop.checked));
  sound.onchange = () => {
    change(({ events }) => (events[name].sound = sound.value));
    hear();
  };
  row.querySelector('[data-try]').onclick = hear;
}

function tick(name, on, set) {
  const box = notices.querySelector(`[name="${name}"]`);
  box.checked = on;
  box.onchange = () => change((kept) => set(kept, box.checked));
}

// A field in which no time is written shows the one that still holds.
function clock(edge) {
  const field = notices.querySelector(`[name="quiet-${edge}"]`);
  field.value = now.quiet[edge];
  field.onchange = () => {
    const written = clockOf(field.value);
    if (written) change(({ quiet }) => (quiet[edge] = written));
    field.value = settings().quiet[edge];
  };
}

// What the browser allows, in words; it is asked only by the button.
function permission() {
  const state = globalThis.Notification?.permission ?? 'none';
  for (const words of notices.querySelectorAll('[data-permission]')) words.hidden = words.dataset.permission !== state;
  notices.querySelector('[data-ask]').hidden = state !== 'default';
}

function startWriting() {
  for (const row of keyboard.querySelectorAll('[hidden]')) row.hidden = false;
  for (const one of keyboard.querySelectorAll('[name="send"]')) {
    one.checked = one.value === writing.value.send;
    one.onchange = () => setWriting({ send: one.value });
  }
  const merge = keyboard.querySelector('[name="merge"]');
  merge.checked = writing.value.merge;
  merge.onchange = () => setWriting({ merge: merge.checked });
  for (const cap of keyboard.querySelectorAll('kbd')) [cap.textContent] = caps(cap.textContent); // as this keyboard has it
}

if (notices) startNotices();
if (keyboard) startWriting();
