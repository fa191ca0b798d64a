// Small things that every growing text field needs.

// As tall as its text, up to what the style sheet allows.
export function grow(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

// At the cursor, as if it were typed: the browser's undo knows it.
export function insertText(field, text) {
  field.focus();
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

export function toEnd(field) {
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}
