// Where what an editor makes will go: to the customer at once, or to who asked for it
// (conversation.keep), as a quick reply whose variables stay. barred: why nothing can go now, ''; cost
// and words stand at the foot; wants(values): what is missing in them, ''; bar below the form; label of
// the button, undefined for the editor's own; take(reply).
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { send, sending } from '../lib/outbox.js';
import { variables } from '../lib/quick.js';
import { blankIn } from '../lib/variables.js';
import { reasonOf } from './blocked.js';
import { bars } from './budget.js';
import { insertText } from './field.js';

export const goalOf = (conversation) => (conversation.keep ? kept(conversation) : sent(conversation));

function sent(conversation) {
  const rule = budget(conversation, tick.value);
  const allowed = rule.can - sending(conversation.id);
  const barred = reasonOf(conversation, rule) ? t('editor.blocked') : allowed < 1 ? t('editor.none_left') : '';
  return {
    barred, cost: bars(rule, barred ? 0 : 1), words: t('editor.after', { n: allowed - 1 }), bar: nothing,
    wants(values) {
      const blank = blankIn(JSON.stringify(values));
      return blank ? t('quick.blank', { name: blank.name }) : '';
    },
    take: (reply) => send(conversation.id, reply),
  };
}

const kept = ({ keep, names }) => ({
  barred: '', cost: nothing, words: t('quick.edit.cost'), label: t('quick.edit.done'), wants: () => '', take: keep,
  bar: html`<div class="varbox-bar quick-vars" role="group" aria-label=${t('quick.insert')}><span>${t('quick.insert')}</span>${names
    .filter((name) => variables.value[name]).map((name) => html`<button class="btn btn-quiet btn-xs" type="button" @pointerdown=${(event) => event.preventDefault()} @click=${put}>${name}</button>`)}</div>`,
});

let last = null; // the field that had the focus last
const FIELDS = 'textarea, input:is([type="text"], [type="url"])';
document.addEventListener('focusin', ({ target }) => {
  if (target.matches(FIELDS)) last = target;
});

// Into the field that one was in, else into the first one.
function put({ target: { textContent: name, form } }) {
  const field = form.contains(last) ? last : form.querySelector(FIELDS);
  if (field) insertText(field, `{${name}}`);
}
