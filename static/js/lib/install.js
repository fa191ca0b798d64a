// Makes the console installable: see worker/shell.js. Without it, and without https, all else works.
import { boot } from './boot.js';
import { workerAddress } from './trusted.js';

export function install() {
  const { serviceWorker } = navigator;
  if (!serviceWorker || boot.static.endsWith('/dev')) return; // there files change under the same address
  serviceWorker.addEventListener('message', ({ data }) => {
    if (data.hash) location.hash = data.hash;
  });
  serviceWorker.register(workerAddress(), { scope: '/' }).catch((error) => console.warn('not installable', error.message));
}
