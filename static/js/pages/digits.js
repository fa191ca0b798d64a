// A field for a code of some digits: it says how many are missing, and the button waits for them.
export function digitFields() {
  for (const form of document.querySelectorAll('form[data-digits]')) {
    const input = form.querySelector('input');
    const button = form.querySelector('[type="submit"]');
    const hint = form.querySelector('[data-digits-left]');
    const look = () => {
      const left = Number(form.dataset.digits) - input.value.replace(/\D/g, '').length;
      button.disabled = left > 0;
      hint.hidden = left <= 0 || !input.value;
      hint.textContent = hint.dataset.digitsLeft.replace('{n}', left);
    };
    input.addEventListener('input', look);
    addEventListener('pageshow', look);
    look();
  }
}
