// Where the agent is, kept in the address: #view/conversation. So reload, the back button and
// a second tab work without further code.
import { batch } from './html.js';
import { current, open } from './state.js';
import { view, views } from './views.js';

// refused is called with the error when the conversation cannot be shown.
export function follow(refused) {
  const read = () => {
    const [, name, id] = (location.hash || '#mine').match(/^#(\w+)(?:\/(\d+))?$/) ?? [];
    if (!views[name]) return; // an anchor inside of the page
    set(name, Number(id ?? 0)).catch((error) => {
      refused(error);
      if (current.value === Number(id)) go(name, 0, { replace: true });
    });
  };
  addEventListener('hashchange', read);
  read();
}

// replace: the step is no place to come back to. at: a message to load what stands around.
export async function go(name, id, { replace = false, at = 0 } = {}) {
  const hash = id ? `#${name}/${id}` : `#${name}`;
  if (hash !== location.hash) history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  await set(name, id, at);
}

async function set(name, id, at = 0) {
  let loading;
  batch(() => {
    view.value = name;
    if (id !== current.value) loading = open(id, at);
  });
  await loading;
}
