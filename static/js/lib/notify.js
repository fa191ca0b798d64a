// Tells the agent what happens while they look elsewhere: a sound, and a notice of the desktop while
// no tab of ours is in front. Only of what happens live: what was there when the page was loaded is
// no news, and all that comes at once after a break is told once.
import { play } from './chime.js';
import { tick } from './clock.js';
import { pop } from './desktop.js';
import { effect, signal, untracked } from './html.js';
import { lastCalls } from './lastcall.js';
import { calls } from './mentions.js';
import { connection } from './net.js';
import { settings } from './noticesettings.js';
import { concerns, dueAt, eventOf, isQuiet, mostUrgent } from './notices.js';
import { agentName, customerName } from './people.js';
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
let show = {};
let gathered = [];
let opened = 0; // when the connection was made, by this computer's clock

// row(row) opens a conversation, note(mention) goes to a note that names me.
export function followNotices({ row, note }) {
  show = { row, note };
  followLooking();
  popping = alone('kf-desktop');
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, wake, true);
  effect(() => {
    if (connection.value.state === 'open') opened = Date.now();
  });
  watch((before, now) => {
    const event = eventOf(before, now, me.peek().id);
    if (event) tell(event, now.id);
  });
  const since = tick.peek();
  effect(() => {
    const time = tick.value;
    untracked(() => {
      findLate(since, time);
      for (const id of lastCalls(time)) tell('closing', id);
    });
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
  setTimeout(announce, Date.now() - opened < SETTLE ? SETTLE : GATHER);
}

function announce() {
  const look = looking();
  const news = gathered.filter(({ event, id }) => look?.id !== id && stands(event, id));
  gathered = [];
  const { volume, away, quiet, events } = settings();
  if (isQuiet(quiet, new Date()) || (!away && me.peek().presence === 'away')) return;
  const heard = mostUrgent(news.filter(({ event }) => events[event].sound));
  if (heard.event) sound(events[heard.event].sound, volume);
  const seen = mostUrgent(news.filter(({ event }) => events[event].pop));
  if (seen.event && !look && popping()) pop(seen.event, seen.ids.map((id) => subject(seen.event, id)));
}

// Whether it is still so: a colleague or another tab may have been faster.
function stands(event, id) {
  if (event === 'named') return Boolean(namedIn(id));
  const row = conversations.get(id)?.peek();
  if (!row || !concerns(row, me.peek().id)) return false;
  if (event === 'waiting') return row.state === 'waiting';
  if (event === 'closing') return row.waiting_since > 0;
  return event !== 'message' || row.unread > 0;
}

const namedIn = (id) => calls.peek().find(({ conversation }) => conversation === id);

async function sound(name, volume) {
  const ours = noisy() || (popping() && !(await taken(NOISE)));
  if (ours && !(await play(name, volume))) muted.value = true;
}

// What a notice is about: a note that names me, or a conversation.
function subject(event, id) {
  if (event === 'named') {
    const note = namedIn(id);
    return { id, name: agentName(note.agent, note.account), text: note.text, open: () => show.note(note) };
  }
  const row = conversations.get(id).peek();
  return { id, name: customerName(row.customer), text: preview(row).text, open: () => show.row(row) };
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
