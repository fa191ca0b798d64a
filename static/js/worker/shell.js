// The service worker: only what makes the console installable. It keeps this build's static files and
// one page without data, which says that the server cannot be reached. Everything else goes to the
// network untouched. SHELL, in the line above, is {base, files}: another build is another script, and
// takes over when the tabs of this one are closed, so no tab ever gets files of two builds.
const CACHE = `kf ${SHELL.base}`;
const OFFLINE = '/offline';

addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...SHELL.files.map((file) => `${SHELL.base}/${file}`)])));
});

addEventListener('activate', (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (pathname.startsWith(`${SHELL.base}/`)) event.respondWith(kept(request));
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => offline()));
});

async function kept(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request.url, answer.clone());
  return answer;
}

async function offline() {
  return (await caches.match(OFFLINE, { cacheName: CACHE })) ?? Response.error();
}

// A notice of a phone's desktop was touched: it leads to its conversation.
addEventListener('notificationclick', (event) => {
  const { path = '/' } = event.notification.data ?? {};
  event.notification.close();
  event.waitUntil(clients.matchAll({ type: 'window' }).then(async (all) => {
    const inbox = all.find(({ url }) => new URL(url).pathname === '/');
    if (!inbox) return clients.openWindow(path);
    await inbox.focus();
    inbox.postMessage({ hash: path.slice(1) });
  }));
});
