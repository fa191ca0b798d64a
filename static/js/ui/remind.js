// The wish to hear of a customer when they can be replied to again.
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { customerName } from '../lib/people.js';
import { followWanted, isWanted, want } from '../lib/remind.js';
import { current } from '../lib/state.js';
import { show } from './acts.js';
import { icon } from './icon.js';
import { toast } from './toast.js';

export function remindButton({ customer: { id } }) {
  const on = isWanted(id);
  return html`<button class="btn btn-sm" type="button" aria-pressed=${on} @click=${() => want(id, !on)}>${icon('bell-ring')}${t('together.remind')}</button>`;
}

// It stays until it is answered: the agent may be away from the desk.
export function followReminders() {
  followWanted((row) => {
    if (current.value === row.id && !document.hidden) return;
    toast(t('together.remind.now', { name: customerName(row.customer) }), { icon: 'bell-ring', stays: true, action: t('together.remind.go'), run: () => show(row) });
  });
}
