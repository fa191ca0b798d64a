// The wave of a sound: one bar for each level, 0..1.
import { html, nothing, svg } from '../lib/html.js';

const [STEP, WIDTH, HEIGHT] = [4.4, 2.2, 20];

// heard: the share that has been played; the rest is pale. go(share): where a click leads.
export const wave = (levels, heard = 1, go = null) => html`
  <svg class="voice-wave" viewBox=${`0 0 ${Math.max(1, levels.length * STEP)} ${HEIGHT}`} preserveAspectRatio="xMinYMid meet" aria-hidden="true" fill="currentColor"
    @click=${go ? (event) => go(share(event, levels.length)) : nothing}>${levels.map((level, i) => {
    const tall = 3 + level * (HEIGHT - 5);
    return svg`<rect x=${i * STEP} y=${(HEIGHT - tall) / 2} width=${WIDTH} height=${tall} rx="1.1" opacity=${i / levels.length < heard ? 1 : 0.5}></rect>`;
  })}</svg>`;

// The bars begin at the left and may leave room behind them.
function share({ offsetX, currentTarget: { clientWidth, clientHeight } }, count) {
  return Math.min(1, offsetX / Math.min(clientWidth, (count * STEP * clientHeight) / HEIGHT));
}
