// A drawing of static/icons.svg. The class adds a size (i-14, i-20) or a motion (spin).
import { asset } from '../lib/boot.js';
import { html } from '../lib/html.js';

export const icon = (name, extra = '') =>
  html`<svg class=${`i ${extra}`} aria-hidden="true"><use href=${asset(`icons.svg#i-${name}`)}></use></svg>`;
