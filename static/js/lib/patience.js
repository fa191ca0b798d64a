// Waiting before the next try: longer each time, but never longer than until the connection is back.
import { effect } from './html.js';
import { connection } from './net.js';

const sleepers = new Set();

export function sleep(tries) {
  const wait = Math.min(30_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2);
  return new Promise((done) => {
    sleepers.add(done);
    setTimeout(() => sleepers.delete(done) && done(), wait);
  });
}

export function wake() {
  for (const done of sleepers) done();
  sleepers.clear();
}

effect(() => {
  if (connection.value.state === 'open') wake();
});
addEventListener('online', wake);
