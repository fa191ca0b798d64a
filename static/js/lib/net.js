// The live connection: one socket that comes back for ever and goes on from the last event it saw.
import { get } from './api.js';
import { setServerTime } from './clock.js';
import { batch, signal } from './html.js';
import { apply, current } from './state.js';
import { forgetPlaces, putPlace } from './together.js';

const SILENCE = 45_000; // the server speaks every 20 s
const PATIENCE = 10_000; // for a connection that neither opens nor fails

// since: when it was lost, 0 for never. retryAt: when the next try is due. Both by this computer's clock.
export const connection = signal({ state: 'connecting', since: 0, retryAt: 0, opens: 0 });

let cursor = 0;
let socket = null;
let tries = 0;
let heard = 0;
let retryTimer = 0;
let waiting = []; // frames for the next animation frame

export function connect(since) {
  cursor = since;
  addEventListener('online', retryNow);
  addEventListener('offline', () => drop(socket));
  document.addEventListener('visibilitychange', () => {
    deliver();
    if (!document.hidden && connection.value.state === 'closed') retryNow();
  });
  setInterval(watch, 5_000);
  dial();
}

export function retryNow() {
  if (connection.value.state !== 'closed') return;
  clearTimeout(retryTimer);
  dial();
}

// A small signal to the server. Lost when there is no connection: that is what signals may be.
export function send(value) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(value));
}

function dial() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const mine = new WebSocket(`${scheme}://${location.host}/ws?since=${cursor}`);
  socket = mine;
  heard = Date.now();
  set({ state: 'connecting', retryAt: 0 });
  mine.onopen = () => {
    forgetPlaces();
    send({ open: current.value });
    set({ state: 'open', since: 0, opens: connection.value.opens + 1 });
  };
  mine.onmessage = ({ data }) => hear(mine, JSON.parse(data));
  mine.onclose = ({ code }) => drop(mine, code);
}

function hear(mine, frame) {
  if (mine !== socket) return;
  heard = Date.now();
  tries = 0;
  if (frame.reset) return location.reload();
  if (frame.beat !== undefined) return setServerTime(frame.now);
  if (frame.signal) return putPlace(frame);
  if (!frame.id) return; // a confirmation: nothing to show
  cursor = Math.max(cursor, frame.id);
  if (waiting.push(frame) > 1) return;
  if (document.hidden) setTimeout(deliver, 200);
  else requestAnimationFrame(deliver);
}

function deliver() {
  const frames = waiting;
  waiting = [];
  batch(() => frames.forEach(apply));
}

function drop(mine, code) {
  if (!mine || mine !== socket) return;
  socket = null;
  mine.close();
  if (code === 4401) get('counts').catch(() => {}); // to the log-in page, unless another tab has a new log-in for all
  const wait = code === 1012 ? 200 + Math.random() * 800 : delay(tries++);
  const { state, since } = connection.value;
  if (state === 'connecting') get('counts').catch(() => {}); // a browser hides why: the API leads to the log-in page
  set({ state: 'closed', since: since || Date.now(), retryAt: Date.now() + wait });
  retryTimer = setTimeout(dial, wait);
}

// From half a second up to half a minute, spread so that not all tabs come back at once.
const delay = (nth) => Math.min(30_000, 1000 * 2 ** nth) * (0.5 + Math.random() / 2);

function watch() {
  if (!socket) return;
  const limit = connection.value.state === 'connecting' ? PATIENCE : SILENCE;
  if (Date.now() - heard > limit) drop(socket);
}

const set = (change) => {
  connection.value = { ...connection.value, ...change };
};
