// Grey shapes where rows and messages will be.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';

const line = html`<div class="sk-row"><span class="sk"></span><span class="sk"></span><span class="sk"></span></div>`;

export const skeletonRows = (n) =>
  html`<div role="status" aria-busy="true" aria-label=${t('inbox.loading.list')}>${Array(n).fill(line)}</div>`;

export const skeletonThread = () => html`
  <div class="sk-thread" role="status" aria-busy="true" aria-label=${t('inbox.loading.thread')}>
    <span class="sk sk-in"></span><span class="sk sk-in sk-b"></span><span class="sk sk-out"></span><span class="sk sk-in sk-c"></span><span class="sk sk-out sk-b"></span>
  </div>`;
