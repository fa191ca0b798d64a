// Tells the server that the agent is there: without a key or a pointer for a while they become away.
import { send } from './net.js';
import { me } from './state.js';

const EVERY = 30_000;
const SOON = 1_000; // who is away comes back at once
const signs = ['keydown', 'pointerdown', 'pointermove', 'wheel'];
let told = 0;

export function followTouches() {
  for (const name of signs) document.addEventListener(name, touched, { capture: true, passive: true });
}

function touched() {
  const pause = me.value.presence === 'away' ? SOON : EVERY;
  if (Date.now() - told < pause) return;
  told = Date.now();
  send({ active: true });
}
