// What moves the page waits until the button that is being pressed has had its click: else it would
// be somewhere else when the pointer is let go.
let pressed = false;
for (const [name, down] of [['pointerdown', true], ['pointerup', false], ['pointercancel', false]]) {
  document.addEventListener(name, () => (pressed = down), true);
}

export function afterPress(run) {
  if (pressed) document.addEventListener('pointerup', () => setTimeout(run), { once: true });
  else run();
}
