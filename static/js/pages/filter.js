// A form that filters the page does so when something else is chosen. Dates are wanted only where
// days are chosen by hand.
export function filterForms() {
  for (const form of document.querySelectorAll('form[data-filter]')) {
    form.addEventListener('change', ({ target }) => {
      const unsure = form.elements.time.value === 'range' && !form.elements.from.value && !form.elements.to.value;
      if (target.matches('select') && !unsure) form.requestSubmit();
    });
  }
}
