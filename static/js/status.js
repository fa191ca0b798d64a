// The page of the status keeps itself up to date: what stands below its head is taken anew from the server.
import { localTimes } from './pages/time.js';

const every = 10_000;
const shown = () => document.querySelector('[data-refresh]');
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// A document that is asked for like this is parsed and not run.
function ask() {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('GET', location.pathname);
    request.responseType = 'document';
    request.timeout = every;
    request.onload = () => done(request.status < 500 ? request.response : null);
    request.onerror = request.ontimeout = () => done(null); // the server is away: ask again later
    request.send();
  });
}

// Nothing is taken from under who reads with the keys, marks a text or has opened the report.
const busy = () => document.hidden || shown().contains(document.activeElement)
  || !getSelection().isCollapsed || shown().querySelector('details[open]');

function show(page) {
  const next = page.querySelector('[data-refresh]');
  if (!next) return location.reload(); // to the log-in
  const [button, fresh] = [document, page].map((from) => from.querySelector('.page-acts [data-copy]'));
  button.dataset.copy = fresh.dataset.copy;
  shown().replaceWith(document.adoptNode(next));
  ready();
}

function ready() {
  localTimes();
  shown().querySelector('[data-refreshes]').hidden = false;
}

async function follow() {
  for (;;) {
    await pause(every);
    if (busy()) continue;
    const page = await ask();
    if (page && !busy()) show(page);
  }
}

ready();
follow();
