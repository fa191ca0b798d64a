// Native dialogs: the browser keeps the focus inside, Esc closes, the focus returns.
import { html, render } from '../lib/html.js';
import { t } from '../lib/i18n.js';

// Asks one question. Esc and the cancel button answer false.
export function confirm({ title, text, ok = t('common.ok'), cancel = t('common.cancel'), danger = false }) {
  return new Promise((resolve) => {
    const host = document.createElement('div');
    const close = ({ target }) => {
      host.remove();
      resolve(target.returnValue === 'ok');
    };
    render(html`
      <dialog class="dialog dialog-slim" role="alertdialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" @close=${close}>
        <form method="dialog">
          <div class="dialog-head"><h2 id="confirm-title">${title}</h2></div>
          <div class="dialog-body"><p id="confirm-text">${text}</p></div>
          <div class="dialog-foot">
            <button class="btn" value="cancel" ?autofocus=${danger}>${cancel}</button>
            <button class=${`btn ${danger ? 'btn-danger' : 'btn-primary'}`} value="ok" ?autofocus=${!danger}>${ok}</button>
          </div>
        </form>
      </dialog>`, host);
    document.body.append(host);
    host.querySelector('dialog').showModal();
  });
}
