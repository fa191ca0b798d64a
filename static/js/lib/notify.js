// Tells the agent what happens while they look elsewhere: a sound, and a notice of the desktop while
// no tab of ours is in front. Only of what happens live: what was there when the page was loaded is
// no news, and all that comes at once after a break is told once.
import { asset } from './boot.js';
import { play } from './chime.js';
import { tick } from './clock.js';
import { effect, signal, untracked } from './html.js';
import { t } from './i18n.js';
import { connection } from './net.js';
import { settings } from './noticesettings.js';
import { concerns, dueAt, eventOf, mostUrgent } from './notices.js';
import { customerName } from './people.js';
import { targetOf } from './rules.js';
import { conversations, me, watch } from './state.js';
import { alone, followLooking, looking, taken } from './tabs.js';
import { preview } from './words.js';

const GATHER = 300; // what comes within this is told at once; a deed of one's own has opened its row by then
const SETTLE = 1_000; // the same after a break
const REPEAT = 30_000; // how often a passed target sounds until it is seen
const NOISE = 'kf-noise';

// A sound was due, and the browser made none: it waits for a click or a key on this page.
export const muted = signal(false);

let noisy = () => false;
let popping = () => false;
let show = () => {};
let gathered = [];
let opened = 0; // when the connection was made, by this computer's clock

// showRow(row) opens a conversation.
export function followNotices(showRow) {
  show = showRow;
  followLooking();
  popping = alone('kf-desktop');
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, wake, true);
  effect(() => {
    if (connection.value.state === 'open') opened = Date.now();
  });
  watch((before, row) => {
    const event = eventOf(before, row, me.peek().id);
    if (event) tell(event, row.id);
  });
  const since = tick.peek();
  effect(() => {
    const time = tick.value;
    untracked(() => findLate(since, time));
  });
}

// From now on this page may be heard.
function wake() {
  for (const name of ['pointerdown', 'keydown']) removeEventListener(name, wake, true);
  muted.value = false;
  noisy = alone(NOISE);
}

// Something happened to a conversation that is worth a sound, unless it is before the agent's eyes,
// now or when it is told. Others call it too: see EVENTS.
export function tell(event, id) {
  if (looking()?.id === id) return;
  if (gathered.push({ event, id }) > 1) return;
  setTimeout(deliver, Date.now() - opened < SETTLE ? SETTLE : GATHER);
}

function deliver() {
  const look = looking();
  const news = gathered.filter(({ event, id }) => look?.id !== id && stands(event, conversations.get(id)?.peek()));
  gathered = [];
  const { volume, away, events } = settings();
  if (!away && me.peek().presence === 'away') return;
  const heard = mostUrgent(news.filter(({ event }) => events[event].sound));
  if (heard.event) sound(events[heard.event].sound, volume);
  const seen = mostUrgent(news.filter(({ event }) => events[event].pop));
  if (seen.event && !look && popping()) pop(seen.event, seen.ids.map((id) => conversations.get(id).peek()));
}

// Whether it is still so: a colleague or another tab may have been faster.
function stands(event, row) {
  if (!row || !concerns(row, me.peek().id)) return false;
  return event === 'waiting' ? row.state === 'waiting' : event !== 'message' || row.unread > 0;
}

async function sound(name, volume) {
  const ours = noisy() || (popping() && !(await taken(NOISE)));
  if (ours && !(await play(name, volume))) muted.value = true;
}

function pop(event, rows) {
  if (globalThis.Notification?.permission !== 'granted') return;
  const row = rows.at(-1);
  const { text } = preview(row);
  const many = rows.length > 1;
  const title = many ? t(`keys.event.${event}.pops`, { n: rows.length }) : t(`keys.event.${event}.pop`, { name: customerName(row.customer) });
  const body = many ? rows.map(({ customer }) => customerName(customer)).slice(-5).join(t('common.list_separator')) : text;
  const options = { body, tag: `kf-${event}-${many ? 'many' : row.id}`, icon: asset('img/icon-192.png'), data: { path: `/#all/${row.id}` } };
  try {
    const notice = new Notification(title, options);
    notice.onclick = () => {
      window.focus();
      notice.close();
      show(row);
    };
  } catch {
    navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, options)); // the way on phones
  }
}

const alarms = new Map(); // id → {due, told, seen}

// Who has waited past the target since this page was loaded: told at once, and again until seen.
function findLate(since, time) {
  const look = looking();
  for (const conversation of conversations.values()) {
    const row = conversation.peek();
    const due = concerns(row, me.peek().id) ? dueAt(row, targetOf(row)) : 0;
    if (!due) alarms.delete(row.id);
    if (due <= since || due > time) continue;
    const before = alarms.get(row.id);
    const alarm = before?.due === due ? before : { due, told: 0, seen: false };
    alarms.set(row.id, alarm);
    if (alarm.told) alarm.seen ||= sees(look, row);
    if (alarm.seen || time - alarm.told < REPEAT) continue;
    alarm.told = time;
    tell('target', row.id);
  }
}

// The conversation itself is open, or the list that it stands in.
const sees = (look, { id, state }) => Boolean(look) && (look.id === id || look.view === 'all' || look.view === (state === 'waiting' ? 'waiting' : 'mine'));
