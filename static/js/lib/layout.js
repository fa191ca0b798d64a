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

export const panelOpen = computed(() => (narrow.value ? over : beside).value);
export const panelOver = computed(() => narrow.value && over.value);

export function togglePanel() {
  if (narrow.value) over.value = !over.value;
  else beside.value = !beside.value;
  localStorage.setItem(KEY, beside.value ? 'open' : 'closed');
}
