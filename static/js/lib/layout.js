// Whether the customer panel is shown. Beside the thread it stays as the agent left it, over the
// thread it opens on demand.
import { computed, signal } from './html.js';

const KEY = 'kf.panel';
const query = matchMedia('(max-width: 1079px)');
const narrow = signal(query.matches);
const beside = signal(localStorage.getItem(KEY) !== 'closed');
const over = signal(false);

query.addEventListener('change', () => {
  narrow.value = query.matches;
});

// The cursor goes into the reply field by itself, at every width and zoom: a letter that misses it
// is a shortcut. Only where fingers point the agent asks for it, since a keyboard would pop up.
const fingers = matchMedia('(pointer: coarse)');
export const typing = () => !fingers.matches;

export const panelOpen = computed(() => (narrow.value ? over : beside).value);
export const panelOver = computed(() => narrow.value && over.value);

export function togglePanel() {
  if (narrow.value) over.value = !over.value;
  else beside.value = !beside.value;
  localStorage.setItem(KEY, beside.value ? 'open' : 'closed');
}
