// What the official account's agents sent before of a type: a row of buttons to begin with.
import { get } from '../lib/api.js';
import { html, nothing } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Editor } from './editor.js';
import { icon } from './icon.js';

export class RecentEditor extends Editor {
  static properties = {
    recent: { state: true }, // of the server, newest first
    replaced: { state: true }, // what was in the form before one of them
  };

  // Without them the form is still there, so a failure stays silent.
  async firstUpdated() {
    super.firstUpdated();
    const { conversation: { account }, type } = this;
    this.recent = await get(`accounts/${account}/recent?type=${type}`).then(({ recent }) => recent, () => []);
  }
}

// nameOf: one line for a body. fill: what is taken over of {body, thumb}. What it replaces comes
// back with the button at the end.
export function recentRow(editor, nameOf, fill) {
  if (!editor.recent?.length) return nothing;
  const id = `${editor.type}-recent`;
  const use = (one) => {
    const before = editor.values;
    fill(one);
    editor.replaced = Object.keys(before).length ? before : null;
  };
  return html`
    <div class="field"><span class="field-label" id=${id}>${t('editor.recent')}</span>
      <div class="recent" role="group" aria-labelledby=${id}>
        ${editor.recent.map((one) => html`<button class="chip" type="button" title=${nameOf(one.body)} @click=${() => use(one)}><span>${nameOf(one.body)}</span></button>`)}
        ${editor.replaced ? html`<button class="chip" type="button" @click=${() => undo(editor)}>${icon('undo-2')}${t('common.undo')}</button>` : nothing}
      </div>
    </div>`;
}

function undo(editor) {
  editor.draft.writeForm(editor.type, editor.replaced);
  editor.replaced = null;
}

// A picture of the server for a slot, unless the agent has chosen one of their own.
export function reuse(editor, slot, media) {
  if (media?.state === 'ready' && !editor.file(slot)?.blob) editor.put(slot, { media, url: `/media/${media.id}` });
}
