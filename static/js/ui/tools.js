// The bar below the field: what can be put in, as whom the agent speaks, and the send button.
import { held } from '../lib/held.js';
import { html, live, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { binding } from '../lib/people.js';
import { me } from '../lib/state.js';
import { portrait } from './avatar.js';
import { editors } from './editors/index.js';
import { icon } from './icon.js';
import { COMMAND, keyHint } from './keycap.js';
import { menu } from './menu.js';
import { saveQuick } from './quicksave.js';
import { openQuick } from './quickuse.js';

export const bar = (composer) => html`
  <div class="composer-bar">
    <div class="tools" role="toolbar" aria-label=${t('composer.tools')}>
      ${tool('smile', t('composer.emoji'), t('composer.emoji'), () => (composer.picking = !composer.picking), composer.picking)}
      ${tool('image', t('composer.image'), t('composer.image_title'), () => composer.querySelector('[type="file"]').click())}
      ${tool('newspaper', t('editor.news'), t('editor.news'), () => (composer.draft.asked.value = 'news'))}
      ${tool('link', t('composer.link'), t('composer.link'), () => (composer.draft.asked.value = 'link'))}
      ${menu('more', t('composer.more'), more(composer), { drawing: 'plus', size: '', look: 'pop-more', foot: t('composer.more.cost') })}
      ${tool('zap', t('quick.title'), t('quick.tool'), () => composer.quick || openQuick(composer), composer.quick)}
      <input type="file" accept="image/*" multiple hidden @change=${({ target }) => choose(composer, target)}>
    </div>
    ${merge(composer)}${counter(composer.plan)}${speaker(composer.conversation)}${sendButton(composer)}
  </div>`;

const tool = (drawing, label, title, run, open) => html`
  <button class="btn btn-quiet btn-icon" type="button" aria-label=${label} title=${title} aria-expanded=${open === undefined ? nothing : Boolean(open)}
    @click=${run}>${icon(drawing)}</button>`;

// The other types, each with its editor.
const kinds = [['voice', 'mic'], ['video', 'video'], ['music', 'music'], null,
  ['msgmenu', 'clipboard-list'], ['articles', 'newspaper'], ['miniprogrampage', 'app-window'], ['wxcard', 'ticket']];

const more = ({ draft, conversation }) => [...kinds.filter((kind) => !kind || editors[kind[0]]).map((kind) => kind && {
  icon: kind[1], label: t(`editor.${kind[0]}`), note: t(`composer.more.${kind[0]}`), run: () => (draft.asked.value = kind[0]),
}), null, keep(draft, conversation)];

const keep = ({ texts }, { account }) => ({
  icon: 'zap', label: t('quick.save'), reason: texts.length ? '' : t('quick.save.first'),
  run: () => saveQuick({ type: 'text', body: { content: texts.join('\n') } }, account),
});

// The same file can be chosen twice in a row only if the field forgets it.
function choose(composer, input) {
  composer.attach([...input.files]);
  input.value = '';
}

// Turned off, the pieces go back into the field.
const merge = (composer) => html`
  <label class=${`switch merge ${composer.joining ? 'merge-on' : ''}`} title=${t('composer.join_title', { key: COMMAND })}><input type="checkbox" role="switch" .checked=${live(composer.joining)}
    @change=${({ target }) => composer.draft.join(target.checked, composer.joins)}>${t('composer.join')}</label>`;

// WeChat counts bytes, not characters. Shown when it begins to matter.
function counter({ counted, bytes, limit }) {
  if (!counted) return nothing;
  const words = { bytes: bytes.toLocaleString(), limit: limit.toLocaleString() };
  return html`<span class=${`bytes ${bytes > limit ? 'bytes-over' : ''}`}>${t('composer.bytes', words)}</span>`;
}

function speaker({ account }) {
  const { nick, kf_account } = binding(me.value, account);
  return html`<span class="as" title=${t('composer.as', { nick, kf_account })}>${portrait(me.value.id, account, 20)}<span
    class="as-name">${nick}</span><span class="as-id">${kf_account}</span></span>`;
}

// The line above says why it is disabled.
// While a reply is held, the one thing to do is to decide on it.
const sendButton = ({ conversation, joining, plan: { count, problem, busy } }) => html`
  <button class=${`btn send ${held(conversation.id).length ? '' : 'btn-primary'}`} type="submit" ?disabled=${problem !== ''} aria-busy=${busy ? 'true' : nothing}>
    ${busy ? icon('loader-circle') : nothing}${count > 1 || joining ? t('composer.send_n', { n: Math.max(1, count) }) : t('composer.send')}${keyHint(joining ? 'send_joined' : 'send')}</button>`;
