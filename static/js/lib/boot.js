// What the server wrote into the page: language, static path, signed-in agent, first event id.
const element = document.getElementById('boot');

export const boot = element ? JSON.parse(element.textContent) : {};

// A file under static/. The path holds a hash, so it may be cached for ever.
export function asset(path) {
  return `${boot.static}/${path}`;
}
