// The sandbox's imitation of WeChat's authorisation page: one is the administrator of an account here,
// and says what the third-party platform may do for it.
import { html, nothing, signal } from './lib/html.js';
import { loadCatalogue, t } from './lib/i18n.js';
import { mount } from './lib/mount.js';

const asked = new URLSearchParams(location.search);
const { scopes: names } = JSON.parse(document.getElementById('boot').textContent);
const view = signal(null); // what the sandbox says, see ConsentView
const chosen = signal('');
const failed = signal(false);

async function start() {
  await loadCatalogue();
  const answer = await fetch(`/phone/api/consent${location.search}`);
  view.value = answer.ok ? await answer.json() : { gone: true };
  chosen.value = view.value.accounts?.[0]?.appid ?? '';
  mount(document.getElementById('consent'), page);
}

function page() {
  const { gone, name, accounts, scopes } = view.value;
  if (gone) return html`<h1>${t('component.consent.gone')}</h1><p>${t('component.consent.gone_desc')}</p>`;
  const account = accounts.find(({ appid }) => appid === chosen.value);
  const ticked = (id) => !account?.scopes.length || account.scopes.includes(id);
  return html`
    <h1>${t('component.consent.title')}</h1>
    <p>${t('component.consent.desc', { name })}</p>
    <form class="form" @submit=${consent}>
      <fieldset class="consent-set"><legend class="field-label">${t('component.consent.account')}</legend>
        ${accounts.map((one) => html`<label class="radio"><input type="radio" name="account" value=${one.appid} .checked=${one === account}
          @change=${() => (chosen.value = one.appid)}>${one.name} ${one.scopes.length ? html`<span class="cell-sub">${t('component.consent.granted')}</span>` : nothing}</label>`)}
      </fieldset>
      <fieldset class="consent-set"><legend class="field-label">${t('component.consent.scopes')}</legend>
        ${scopes.map((id) => html`<label class="check"><input type="checkbox" name="scope" value=${id} .checked=${ticked(id)}>${names[id]}</label>`)}
      </fieldset>
      ${failed.value ? html`<p class="field-error" role="alert">${t('component.consent.failed')}</p>` : nothing}
      <button class="btn btn-primary btn-lg" type="submit">${t('component.consent.do')}</button>
    </form>`;
}

async function consent(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const body = Object.fromEntries(['component_appid', 'pre_auth_code', 'redirect_uri'].map((name) => [name, asked.get(name)]));
  const answer = await fetch('/phone/api/consent', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...body, appid: form.get('account'), scopes: form.getAll('scope').map(Number) }),
  });
  const { redirect } = await answer.json();
  failed.value = !redirect;
  if (redirect) location.assign(redirect);
}

start().catch(console.error);
