// Faces: customers are tiles drawn from their openid, agents are circles.
import { html, nothing } from '../lib/html.js';
import { binding, hashOf } from '../lib/people.js';
import { agents } from '../lib/state.js';

// Four shapes fill the four tiles: quarter discs 0 to 3, halves 4 and 5, dot 6, full 7.
const shapes = [
  (x, y) => `M${x} ${y}h18a18 18 0 0 1-18 18z`,
  (x, y) => `M${x + 18} ${y}v18a18 18 0 0 1-18-18z`,
  (x, y) => `M${x + 18} ${y + 18}h-18a18 18 0 0 1 18-18z`,
  (x, y) => `M${x} ${y + 18}v-18a18 18 0 0 1 18 18z`,
  (x, y) => `M${x} ${y}h18l-18 18z`,
  (x, y) => `M${x + 18} ${y}v18h-18z`,
  (x, y) => `M${x + 9} ${y + 4}a5 5 0 1 1 0 10a5 5 0 0 1 0-10z`,
  (x, y) => `M${x} ${y}h18v18h-18z`,
];
const DOT = 6;
const FULL = 7;

function drawing(hash) {
  const bits = Math.floor(hash / 10);
  const seen = { [DOT]: 0, [FULL]: 0 };
  return [0, 1, 2, 3].map((tile) => {
    let shape = (bits >> (3 * tile)) & 7;
    if (shape === FULL && ++seen[FULL] > 1) shape = DOT;
    if (shape === DOT && ++seen[DOT] > 2) shape = tile % 4;
    return shapes[shape](18 * (tile % 2), 18 * (tile >> 1));
  }).join('');
}

// size is a class such as idn-32; badge is laid over the corner.
export function identicon(openid, size = '', badge = nothing) {
  const hash = hashOf(openid);
  return html`<span class=${`idn ${size}`}><svg class=${`h${hash % 10}`} viewBox="0 0 36 36" aria-hidden="true"><path fill="currentColor" d=${drawing(hash)}></path></svg>${badge}</span>`;
}

// The portrait that customers of the account see, else the last Han character or the first letter.
// badge is laid over the corner.
export function portrait(id, account, pixels, name = '', badge = nothing) {
  const agent = agents.value.get(id);
  const bound = binding(agent, account);
  const text = name || bound?.nick || agent?.name || '?';
  return html`<span class=${`av av-${pixels}`}>${bound?.avatar
    ? html`<img src=${`/media/${bound.avatar}`} alt="" width=${pixels} height=${pixels}>`
    : html`<span class="av-text" aria-hidden="true">${initial(text)}</span>`}${badge}</span>`;
}

function initial(name) {
  const han = name.match(/\p{Script=Han}/gu);
  return han ? han.at(-1) : ([...name][0] ?? '?').toUpperCase();
}
