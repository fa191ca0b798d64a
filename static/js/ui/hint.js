// The line between the budget and the field: the one thing that the agent should know now.
import { html, nothing } from '../lib/html.js';
import { formatSpan, t } from '../lib/i18n.js';
import { tick } from '../lib/clock.js';
import { keepGoing } from '../lib/keepgoing.js';
import { writing } from '../lib/writing.js';
import { insertText, toEnd } from './field.js';
import { icon } from './icon.js';
import { selectBlank } from './quickuse.js';

export function hint(composer) {
  const { problem, plan, rule, reason } = composer;
  if (problem) return line('circle-alert', problem, { bad: true, end: dismiss(composer) });
  if (reason) return nothing;
  if (plan.fault) return line('link', t(`composer.hint.link.${plan.fault}`), { bad: true });
  if (plan.blank) return line('triangle-alert', t('quick.blank', { name: plan.blank.name }), { bad: true, end: fill(composer) });
  if (plan.many || plan.long) return tooMuch(composer);
  if (rule.state === 'event') return line('timer', t(`composer.hint.${rule.cause}`));
  if (rule.left === 1) return line('triangle-alert', t('composer.hint.last') + joined(composer), { end: askOn(composer) });
  if (rule.state !== 'plenty') return line('triangle-alert', t('composer.hint.closing'), { end: askOn(composer) });
  if (rule.spare) return line('timer', t('composer.hint.spare', { n: rule.spare.left, span: formatSpan(rule.spare.until - tick.value) }));
  return nothing;
}

const line = (drawing, words, { bad = false, end = nothing } = {}) => html`
  <p class=${`composer-hint ${bad ? 'hint-bad' : ''}`} role=${bad ? 'alert' : nothing}>${icon(drawing)}<span>${words}</span>${end}</p>`;

// The switch that has turned itself on says so.
const joined = ({ joining, joins }) => (joining && joins && !writing.value.merge ? t('composer.hint.joined') : '');

// Splitting is offered together with what it costs.
function tooMuch(composer) {
  const { plan } = composer;
  const { count, parts, allowed, limit } = plan;
  const words = { count, allowed, limit: limit.toLocaleString() };
  if (!plan.long) return line('circle-alert', t('composer.hint.many', words), { bad: true });
  if (plan.many) return line('circle-alert', t('composer.hint.long_many', words), { bad: true });
  return line('circle-alert', t('composer.hint.long', words), { bad: true, end: html`
    <button class="btn btn-xs" type="button" ?disabled=${plan.busy} @click=${() => composer.sendAll()}>${t('composer.split', { n: parts.length })}</button>` });
}

const fill = (composer) => html`
  <button class="btn btn-xs" type="button" @click=${() => selectBlank(composer)}>${t('quick.blank.fill')}</button>`;

const dismiss = (composer) => html`
  <button class="btn btn-quiet btn-icon btn-xs" type="button" aria-label=${t('common.close')} @click=${() => (composer.problem = '')}>${icon('x')}</button>`;

const askOn = ({ field, conversation }) => html`
  <button class="btn btn-xs" type="button" @click=${() => {
    const sentence = keepGoing(conversation);
    toEnd(field);
    insertText(field, (field.value.trim() ? '\n' : '') + sentence);
  }}>${t('composer.keep_going_button')}</button>`;
