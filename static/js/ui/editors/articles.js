// An article of the official account: a published one (mpnewsarticle) or old material (mpnews).
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { list, picker } from '../articles.js';
import { Editor } from '../editor.js';
import { wxPicture } from '../preview.js';

const TYPES = { article: 'mpnewsarticle', material: 'mpnews' };
const KEYS = { mpnewsarticle: 'article_id', mpnews: 'media_id' };

class ArticleEditor extends Editor {
  static type = 'articles';
  static properties = {
    kind: { state: true }, // article or material: which list is open
    query: { state: true },
    answer: { state: true }, // of the server: articles, synced_at, error; null while it is asked
    asking: { state: true },
    failed: { state: true }, // why there is no answer
  };

  constructor() {
    super();
    this.query = this.failed = '';
    this.answer = null;
  }

  firstUpdated() {
    super.firstUpdated();
    list(this);
  }

  willUpdate(changes) {
    this.kind ??= this.values.type === 'mpnews' ? 'material' : 'article';
    super.willUpdate(changes);
  }

  get chosen() {
    return this.values[KEYS[this.values.type]];
  }

  choose({ kind, ref, title, description, url, cover }) {
    const type = TYPES[kind];
    this.draft.writeForm(this.type, { type, [KEYS[type]]: ref, title, description, url });
    this.put('thumb', cover?.state === 'ready' ? { media: cover, url: `/media/${cover.id}` } : null);
  }

  form() {
    return picker(this);
  }

  view() {
    const { title, description } = this.values;
    return html`<div class="wx-card">${wxPicture(this.file('thumb'))}<b>${title || t('editor.articles')}</b><p>${description || (title ? '' : this.word('none'))}</p></div>`;
  }

  missing() {
    return this.chosen ? '' : this.word('none');
  }

  reply() {
    const { type, ...body } = this.values;
    return { type, body, thumb: this.sent('thumb') };
  }
}
customElements.define('kf-articles', ArticleEditor);
