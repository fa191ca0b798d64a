// What the agent decides before a held reply leaves, or not. Enter alone never sends from here: the
// focus is on going back.
import { affected } from '../lib/affected.js';
import { budget } from '../lib/budget.js';
import { tick } from '../lib/clock.js';
import { dropHeld, editHeld, held, sendHeld, unseen as newer } from '../lib/held.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { agentName } from '../lib/people.js';
import { renderText } from '../lib/text.js';
import { typists } from '../lib/together.js';
import { typeName } from '../lib/words.js';
import { icon } from './icon.js';

export function heldDialog(conversation) {
  const { id } = conversation;
  const entries = held(id);
  if (!entries.length) return nothing;
  const unseen = entries.some(({ why }) => why === 'unseen');
  const said = newer(id);
  const about = said.map(({ body }) => body.content ?? body.recognition ?? '').join('\n');
  return html`
    <section class="held" role="alertdialog" aria-labelledby="held-t" aria-describedby="held-d" @keydown=${(event) => escape(event, id)}>
      <header>${icon('hand')}<h3 id="held-t">${unseen ? t('together.held.unseen') : colleague(conversation)}</h3>
        <span class="held-keys"><kbd class="kbd">Esc</kbd>${t('together.held.back')}</span></header>
      <div class=${`held-cmp ${said.length ? '' : 'held-one'}`} id="held-d">
        ${said.length ? html`<div><span class="lbl">${t('together.held.said')}</span>${bubble('held-in', said, '')}</div>` : nothing}
        <div><span class="lbl">${t('together.held.yours')}</span>${bubble('held-out', entries, about)}</div>
      </div>
      <div class="held-acts">
        <button class="btn btn-primary" type="button" @click=${() => editHeld(id)}>${t('together.held.edit')}</button>
        <button class="btn" type="button" @click=${() => sendHeld(id)}>${t('together.held.send')}</button>
        <button class="btn btn-danger-quiet" type="button" @click=${() => dropHeld(id)}>${t('together.held.drop')}</button>
        <span class="held-note">${note(conversation, said.length > 0)}</span>
      </div>
    </section>`;
}

// It takes the focus when it appears.
export function focusHeld(composer) {
  const section = composer.querySelector('.held');
  if (section && section !== composer.held) section.querySelector('.btn-primary').focus();
  composer.held = section;
}

function escape(event, id) {
  if (event.key !== 'Escape' || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  editHeld(id);
}

function colleague({ id, account }) {
  const [agent] = typists(id);
  return agent ? t('together.held.typing', { name: agentName(agent, account) }) : t('together.held.typed');
}

const bubble = (look, rows, about) => html`<div class=${`bubble bubble-text held-text ${look}`}>${rows.map((row) => html`<p>${line(row, about)}</p>`)}</div>`;

function line({ type, dir, body }, about) {
  if (type !== 'text') return t('inbox.row.type', { type: typeName(type) });
  if (!about) return renderText(body.content, { own: dir === 'out' });
  return affected(body.content, about).map(({ text, shared }) => (shared ? html`<mark class="held-mark">${text}</mark>` : renderText(text, { own: true })));
}

// What the customer says brings all replies back.
function note(conversation, said) {
  const { can, total, reason } = budget(conversation, tick.value);
  return reason ? nothing : t(`together.held.${said && can === total ? 'restored' : 'left'}`, { n: can });
}
