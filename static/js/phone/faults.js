// What goes wrong with the next send or push.
import { html, live } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { toast } from '../ui/toast.js';
import { post, state } from './state.js';

const code = (number) => ({ name: String(number), kind: 'errcode', code: number });

const near = [
  { name: 'none' },
  { name: 'timeout', kind: 'timeout', accept: true },
  code(45015),
  code(45047),
];
const far = {
  send: [
    { name: 'timeout_lost', kind: 'timeout' },
    { name: 'slow', kind: 'slow', delay_ms: 4900 },
    { name: 'busy', kind: 'errcode', code: -1 },
    ...[40001, 42001, 40007, 45009, 45011, 48001, 43019].map(code),
    { name: 'bad_gateway', kind: 'bad_gateway' },
    { name: 'empty', kind: 'empty', accept: true },
    { name: 'cut', kind: 'cut', accept: true },
    { name: 'reset', kind: 'reset' },
    { name: 'reset_after', kind: 'reset', accept: true },
  ],
  push: ['duplicate', 'reorder', 'bad_signature', 'wrong_appid', 'old_key', 'same_second'].map((kind) => ({ name: kind, kind, on: 'push' })),
  media: [{ name: 'plain_error', kind: 'plain_error', on: '/cgi-bin/media/get' }],
};
const all = [...near, ...Object.values(far).flat()];
const SEND = '/cgi-bin/message/custom/send';

const same = (fault, { kind, on = SEND, accept = false, code: number = 0 }) =>
  fault.kind === kind && fault.on === on && fault.accept === accept && (fault.code ?? 0) === number;

// The choice that the sandbox holds now. It goes back to none when the fault has struck.
function held() {
  const [fault] = state.value?.faults ?? [];
  return fault ? all.find((choice) => choice.kind && same(fault, choice))?.name : 'none';
}

async function plan(name) {
  const { name: chosen, ...fault } = all.find((choice) => choice.name === name);
  await post('faults/clear', {});
  if (chosen !== 'none') await post('faults', fault);
}

export function faults() {
  const now = held();
  return html`<section class="lab-sec"><h2>${t('phone.fault')}</h2>
    <div class="stack-s">${near.map(({ name }) => html`<label class="check"><input type="radio" name="fault" .checked=${live(now === name)}
      @change=${() => plan(name)}>${t(`phone.fault.${name}`)}</label>`)}
      <select class="select" aria-label=${t('phone.fault.more')} @change=${(event) => plan(event.target.value)}>
        <option value="none" .selected=${live(near.some(({ name }) => name === now))}>${t('phone.fault.more')}</option>
        ${Object.entries(far).map(([on, list]) => html`<optgroup label=${t(`phone.fault.on.${on}`)}>${list.map(({ name }) => html`
          <option value=${name} .selected=${live(now === name)}>${t(`phone.fault.${name}`)}</option>`)}</optgroup>`)}
      </select>
      <button class="btn btn-sm" type="button" @click=${expire}>${t('phone.tokens')}</button>
    </div></section>`;
}

async function expire() {
  if (await post('tokens/expire', {})) toast(t('phone.tokens.done'), { icon: 'check' });
}
