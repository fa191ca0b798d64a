// The page of quick replies: counts what is typed, shows how it will arrive, and says what is not saved.
import { byteLength } from './lib/bytes.js';
import { lengthOf } from './lib/fields.js';
import { loadCatalogue, t } from './lib/i18n.js';
import { loadQuick } from './lib/quick.js';
import { loadMe, settings } from './lib/state.js';

const form = document.getElementById('quick-form');

function counts() {
  const { title, content } = form.elements;
  form.querySelector('[data-count="title"]').textContent = `${lengthOf(title.value.trim())}/${title.maxLength}`;
  const bytes = byteLength(content.value.trim());
  const count = form.querySelector('[data-count="content"]');
  count.textContent = t('composer.bytes', { bytes: bytes.toLocaleString(), limit: settings.text_limit.toLocaleString() });
  count.classList.toggle('bytes-over', bytes > settings.text_limit);
}

const said = () => new URLSearchParams(new FormData(form)).toString();

// What is there already can be saved when it is another; what was refused, at once.
function follow() {
  const button = document.querySelector('[form="quick-form"][type="submit"]');
  const saved = said();
  const save = button?.textContent;
  const fresh = form.dataset.saved === undefined;
  const look = () => {
    counts();
    if (!button) return;
    const changed = fresh || said() !== saved;
    button.disabled = !changed;
    button.textContent = changed ? save : t('quick.is_saved');
    document.getElementById('quick-drop').hidden = said() === saved;
  };
  form.addEventListener('input', look);
  look();
}

async function start() {
  await Promise.all([loadCatalogue(), loadMe(), loadQuick()]);
  await import('./ui/quickedit.js');
  follow();
}

if (form) start();
