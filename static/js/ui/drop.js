// Files that are dragged over the thread. Dropped anywhere else they must not replace the page.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { icon } from './icon.js';

// Takes what falls on the thread of a composer. The answer stops the watch. dragenter and dragleave
// come for every child: they are counted.
export function watchDrops(composer) {
  const area = composer.closest('.thread') ?? composer;
  const wanted = () => !composer.reason && ['', 'field'].includes(composer.draft.asked.value);
  const over = (on) => { composer.dragging = on; };
  const stop = new AbortController();
  const listen = (target, type, handler) => target.addEventListener(type, handler, { signal: stop.signal });
  const withFiles = (event) => event.dataTransfer?.types.includes('Files');
  let depth = 0;
  const leave = () => {
    depth = 0;
    over(false);
  };

  listen(area, 'dragenter', (event) => {
    if (withFiles(event) && wanted() && ++depth === 1) over(true);
  });
  listen(area, 'dragleave', () => {
    if (depth > 0 && --depth === 0) leave();
  });
  listen(area, 'drop', (event) => {
    if (!withFiles(event) || !wanted()) return;
    leave();
    composer.attach([...event.dataTransfer.files]);
  });
  listen(window, 'dragover', (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = area.contains(event.target) && wanted() ? 'copy' : 'none';
  });
  listen(window, 'drop', (event) => {
    if (withFiles(event)) event.preventDefault();
  });
  return () => stop.abort();
}

export const dropOverlay = () => html`
  <div class="drop" role="status">
    <div class="drop-in">${icon('image-plus', 'i-24')}<b>${t('composer.drop.title')}</b><span>${t('composer.drop.text')}</span></div>
  </div>`;
