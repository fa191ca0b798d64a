// How this browser tells its agent of events: which sound for which, how loud, what pops up, and when
// nothing does.
import { read, write } from './local.js';
import { EVENTS } from './notices.js';

const KEY = 'kf.notices';
const SOUNDS = { waiting: 'drop', message: 'wood', called: 'bell', named: 'bell', target: 'chime', closing: 'chime' };
const LOUD = 60;

// {volume: 0 to 100, loud: what it was before it was turned off, away: also while away, quiet: hours
// without notices (see isQuiet), events: {EVENT: {sound, pop}}}; sound is '' for none.
export function settings() {
  const kept = read(KEY, {});
  return {
    volume: kept.volume ?? LOUD,
    loud: kept.loud || kept.volume || LOUD,
    away: kept.away ?? true,
    quiet: { on: false, start: '21:00', end: '09:00', ...kept.quiet },
    events: Object.fromEntries(EVENTS.map((event) => [event, { sound: SOUNDS[event], pop: true, ...kept.events?.[event] }])),
  };
}

// set(now) changes what is kept.
export function change(set) {
  const now = settings();
  set(now);
  write(KEY, { ...now, loud: now.volume || now.loud });
}

// Sounds on as loud as they were, or off.
export const setSound = (on) => change((now) => {
  now.volume = on ? now.loud : 0;
});
