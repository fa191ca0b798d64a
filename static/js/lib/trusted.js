// The page's one Trusted Types policy: only scripts that lie beside this one,
// and the service worker, may be run.
const root = new URL('../../', import.meta.url).href;

const policy = globalThis.trustedTypes?.createPolicy('app', { createScriptURL: ours });

// The address of a script under static/, for new Worker and its like.
export function scriptAddress(path) {
  const url = new URL(path, root).href;
  return policy?.createScriptURL(url) ?? ours(url);
}

// The address of the service worker. It lies at the top, for it can serve only what lies below it.
export function workerAddress() {
  const url = new URL('/sw.js', root).href;
  return policy?.createScriptURL(url) ?? ours(url);
}

function ours(url) {
  if (url.startsWith(root) || url === new URL('/sw.js', root).href) return url;
  throw new TypeError(`not ours: ${url}`);
}
