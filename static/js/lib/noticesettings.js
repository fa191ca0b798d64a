// How this browser tells its agent of events: which sound for which, how loud, and what pops up.
import { read, write } from './local.js';
import { EVENTS } from './notices.js';

const KEY = 'kf.notices';
const SOUNDS = { waiting: 'drop', message: 'wood', called: 'bell', target: 'chime' };

// {volume: 0 to 100, away: also while away, events: {EVENT: {sound, pop}}}; sound is '' for none.
export function settings() {
  const kept = read(KEY, {});
  return {
    volume: kept.volume ?? 60,
    away: kept.away ?? true,
    events: Object.fromEntries(EVENTS.map((event) => [event, { sound: SOUNDS[event], pop: true, ...kept.events?.[event] }])),
  };
}

export const keep = (changed) => write(KEY, changed);
