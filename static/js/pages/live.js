// A page that waits for WeChat asks for the state, and loads itself again when it changed.
export function liveStates() {
  for (const element of document.querySelectorAll('[data-live]')) poll(element.dataset.live, element.dataset.state);
}

async function poll(url, before) {
  for (;;) {
    await pause(3000);
    if (document.hidden) continue;
    const state = await ask(url);
    if (state !== undefined && state !== before) return location.reload();
  }
}

async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: 'application/json' } });
    if (!answer.ok) return undefined;
    return (await answer.json()).state;
  } catch {
    return undefined; // the server is away: ask again later
  }
}

// A server that restarts over other data: go on as soon as it answers.
export function restarts() {
  const element = document.querySelector('[data-restart]');
  if (element) follow(element.dataset.restart);
}

async function follow(url) {
  await pause(1500); // the old process still answers for a moment
  while (!(await up())) await pause(500);
  location.replace(url);
}

async function up() {
  try {
    return (await fetch('/healthz/live', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
