// The editors by their type, the name in draft.asked that opens one.
import { html } from '../../lib/html.js';
import './news.js';

export const editors = {
  news: (conversation) => html`<kf-news .conversation=${conversation}></kf-news>`,
};
