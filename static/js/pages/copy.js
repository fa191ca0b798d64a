// Copy buttons. They stay hidden without a script, for the text itself can be selected.
export function copyButtons() {
  for (const button of document.querySelectorAll('[data-copy], [data-copy-from]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copyFrom);
  const text = field ? field.value : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
    say(button, button.dataset.copied);
  } catch {
    // Browsers refuse on plain http: select it, so that the keys do it.
    select(field ?? document.getElementById(button.dataset.select) ?? button.previousElementSibling);
    say(button, button.dataset.failed);
  }
}

function select(element) {
  if (element instanceof HTMLInputElement) return element.select();
  getSelection().selectAllChildren(element);
}

function say(button, text) {
  const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const before = (button.dataset.idle ??= label.data);
  label.data = text;
  announce(text);
  setTimeout(() => { label.data = before; }, 2000);
}

// One polite region for the page, made when first needed.
let region;
function announce(text) {
  if (!region) {
    region = document.createElement('div');
    region.className = 'sr';
    region.setAttribute('role', 'status');
    (document.querySelector('dialog[open]') ?? document.body).append(region);
  }
  region.textContent = text;
}
