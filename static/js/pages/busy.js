// A form that was sent shows it on its button and is not sent twice.
const sent = new WeakSet();

export function busyForms() {
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (sent.has(event.target)) return event.preventDefault();
    sent.add(event.target);
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    // Not disabled: a disabled button would leave the form data.
    button.setAttribute('aria-busy', 'true');
    const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    button.dataset.idle = label?.data ?? '';
    if (label) label.data = button.dataset.busy;
  });
  // A page that comes back from the browser's history was not left for good.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll('[data-busy][aria-busy]')) restore(button);
  });
}

function restore(button) {
  sent.delete(button.form);
  button.removeAttribute('aria-busy');
  const label = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (label && button.dataset.idle) label.data = button.dataset.idle;
}
