// The page of backups shows how what goes on comes along, and loads itself again when it has ended. After
// a restore the program starts anew, and everybody has to log in.
const callout = document.querySelector('[data-backup]');
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function ask() {
  try {
    const answer = await fetch('/settings/backup/state', { cache: 'no-store' });
    if (answer.redirected) return { state: 'idle' }; // to the log-in
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined; // it is just starting
  }
}

function show({ title, text, percent }) {
  const write = (element, words) => { if (element.textContent !== words) element.textContent = words; };
  write(callout.querySelector('h2'), title);
  write(callout.querySelector('p'), text);
  callout.querySelector('.bar-value').setAttribute('width', percent);
}

async function follow() {
  for (;;) {
    await pause(700);
    const now = await ask();
    if (!now) continue;
    if (now.state === 'idle' && document.querySelector('dialog[open]')) continue; // nothing that is typed is lost
    if (now.state === 'idle') return location.replace('/settings/backup');
    show(now);
    callout.querySelector('.callout-acts').hidden = now.state === 'restart';
  }
}

if (callout) follow();
