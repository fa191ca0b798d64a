// Server time. Windows close by the server's clock, never by this computer's.
import { boot } from './boot.js';
import { computed, signal } from './html.js';

let offset = boot.now ? boot.now - pageTime() : 0;

export const now = () => Date.now() + offset;

// The time, once a second. Views that count down read this and nothing else ticks.
export const tick = signal(now());

// Every message of the server that says its time goes through here.
export function setServerTime(ms) {
  const before = offset;
  offset = ms - Date.now();
  if (Math.abs(offset - before) > 1000) beatOnce();
}

// The moment when the server wrote boot.now: the page's first byte, not this line.
function pageTime() {
  const [page] = performance.getEntriesByType('navigation');
  return page?.responseStart ? performance.timeOrigin + page.responseStart : Date.now();
}

// Changes at midnight.
export const day = computed(() => new Date(tick.value).toDateString());

let timer = 0;

function beatOnce() {
  clearTimeout(timer);
  const time = now();
  tick.value = time;
  timer = setTimeout(beatOnce, 1000 - (time % 1000));
}

// Browsers slow the timers of hidden tabs down: catch up at once when the tab is back.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) beatOnce();
});
beatOnce();
