// A dialog that the server rendered open becomes modal: the focus stays inside and Esc
// closes it. data-modal is the page behind it.
export function dialogs() {
  for (const dialog of document.querySelectorAll('dialog[data-modal]')) {
    const first = dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector('[autofocus]')
      ?? dialog.querySelector('.dialog-body input:not([hidden])');
    dialog.close();
    dialog.showModal();
    first?.focus();
    document.querySelector('.scrim[data-nojs]')?.remove();
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      location.assign(dialog.dataset.modal);
    });
  }
}
