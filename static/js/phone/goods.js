// What the account has at WeChat: ids that an agent's message needs, to be copied.
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { copyText } from '../ui/copy.js';
import { icon } from '../ui/icon.js';
import { account } from './state.js';

export function goods() {
  const { mini_programs: programs = [], cards = [] } = account.value ?? {};
  if (!programs.length && !cards.length) return nothing;
  return html`<section class="lab-sec"><h2>${t('phone.goods')}</h2>
    <div class="stack-s">${programs.map(({ name, appid }) => one(name, appid))}${cards.map(({ title, id }) => one(title, id))}</div></section>`;
}

const one = (name, id) => html`<div class="lab-invite"><span>${name}<small>${id}</small></span>
  <button class="btn btn-quiet btn-icon btn-sm" type="button" aria-label=${t('phone.goods.copy', { name })} title=${t('phone.goods.copy', { name })}
    @click=${() => copyText(id, t('phone.goods.copied'))}>${icon('copy')}</button></div>`;
