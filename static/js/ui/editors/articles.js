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

  // A reload forgets files: the cover of the chosen one comes with the list.
  updated() {
    const one = this.answer?.articles.find(({ ref }) => ref === this.chosen);
    if (one?.cover?.state === 'ready' && !this.file('thumb')) this.#cover(one);
  }

  #cover({ cover }) {
    this.put('thumb', cover?.state === 'ready' ? { media: cover, url: `/media/${cover.id}` } : null);
  }

  choose(one) {
    const { kind, ref, title, description, url } = one;
    const type = TYPES[kind];
    this.draft.writeForm(this.type, { type, [KEYS[type]]: ref, title, description, url });
    this.#cover(one);
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
    const { type, begun, ...body } = this.values;
    return { type, body, thumb: this.sent('thumb') };
  }
}
customElements.define('kf-articles', ArticleEditor);
