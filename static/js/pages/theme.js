// The theme changes at once; the form then only keeps the choice.
export function themeButtons() {
  document.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (button?.name !== 'theme') return;
    event.preventDefault();
    show(button.value);
    fetch(event.target.action, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ theme: button.value }) });
  });
}

function show(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll('button[name="theme"]')) {
    button.setAttribute('aria-pressed', String(button.value === theme));
  }
}
