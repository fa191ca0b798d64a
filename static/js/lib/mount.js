// Keeps an element showing what view() says: it runs again when a signal that it read changes.
// A fault in one view is reported and does not end it for good.
import { effect, render } from './html.js';

export function mount(element, view) {
  element.replaceChildren();
  return effect(() => {
    try {
      render(view(), element);
    } catch (fault) {
      reportError(fault);
    }
  });
}
