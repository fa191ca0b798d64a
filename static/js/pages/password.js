// Passwords: show what is typed, and say how strong a new one is.
export function passwordFields() {
  for (const button of document.querySelectorAll('[data-reveal]')) {
    const input = button.previousElementSibling;
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = input.type === 'text';
      input.type = shown ? 'password' : 'text';
      button.setAttribute('aria-pressed', String(!shown));
      input.focus();
    });
  }
  for (const input of document.querySelectorAll('[data-strength]')) {
    const meter = document.getElementById(input.dataset.strength);
    const words = meter.nextElementSibling;
    const idle = words.textContent;
    meter.hidden = false;
    input.addEventListener('input', () => {
      const level = strength(input.value);
      meter.dataset.level = level;
      words.textContent = level ? words.dataset.strengthWords.split('|')[level - 1] : idle;
    });
  }
}

// 0 nothing yet, 1 too short, 2 to 4 by length, where repeated characters count little.
export function strength(password) {
  const length = [...password].length;
  if (length === 0) return 0;
  const worth = Math.min(length, new Set(password).size * 2);
  if (length < 10) return 1;
  if (worth < 12) return 2;
  return worth < 18 ? 3 : 4;
}
