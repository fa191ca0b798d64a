// The editors by their type, the name in draft.asked that opens one.
import { html } from '../../lib/html.js';
import './articles.js';
import './miniprogrampage.js';
import './msgmenu.js';
import './music.js';
import './news.js';
import './video.js';
import './voice.js';
import './wxcard.js';

export const editors = {
  news: (conversation) => html`<kf-news .conversation=${conversation}></kf-news>`,
  voice: (conversation) => html`<kf-voice-editor .conversation=${conversation}></kf-voice-editor>`,
  video: (conversation) => html`<kf-video-editor .conversation=${conversation}></kf-video-editor>`,
  music: (conversation) => html`<kf-music .conversation=${conversation}></kf-music>`,
  msgmenu: (conversation) => html`<kf-msgmenu .conversation=${conversation}></kf-msgmenu>`,
  articles: (conversation) => html`<kf-articles .conversation=${conversation}></kf-articles>`,
  miniprogrampage: (conversation) => html`<kf-miniprogrampage .conversation=${conversation}></kf-miniprogrampage>`,
  wxcard: (conversation) => html`<kf-wxcard .conversation=${conversation}></kf-wxcard>`,
};
