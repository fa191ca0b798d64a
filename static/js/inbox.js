// The inbox: loads the first data, puts each part of the screen on its place, then listens.
import { followAlarms } from './lib/alarms.js';
import { followCustomer } from './lib/customer.js';
import { effect } from './lib/html.js';
import { loadCatalogue } from './lib/i18n.js';
import { install } from './lib/install.js';
import { panelOpen, panelOver } from './lib/layout.js';
import { mount } from './lib/mount.js';
import { connect, connection, send } from './lib/net.js';
import { followNotices } from './lib/notify.js';
import { followTouches } from './lib/presence.js';
import { loadQuick } from './lib/quick.js';
import { followReading } from './lib/reading.js';
import { follow } from './lib/route.js';
import { followDrafts } from './lib/savedrafts.js';
import { followSeen } from './lib/seen.js';
import { searching } from './lib/search.js';
import { current, load, opened } from './lib/state.js';
import { followClaims, show } from './ui/acts.js';
import { alarmBanners } from './ui/alarms.js';
import { followCounts } from './ui/badge.js';
import { banner, followConnection } from './ui/banner.js';
import { dock } from './ui/dock.js';
import { followKeys } from './ui/keys.js';
import { list } from './ui/list.js';
import { mutedBanner } from './ui/muted.js';
import { followMentions, visit } from './ui/named.js';
import { followPages } from './ui/pages.js';
import { panel } from './ui/panel.js';
import { followPresence } from './ui/presence.js';
import { followReminders } from './ui/remind.js';
import { sessionNote } from './ui/session.js';
import { followRadar } from './ui/radar.js';
import { mountStream } from './ui/stream.js';
import { head } from './ui/thread.js';
import { followTold } from './ui/told.js';
import { refused } from './ui/toast.js';
import { followUndo } from './ui/undo.js';

const app = document.getElementById('app');
const place = (id) => document.getElementById(id);

effect(() => {
  app.dataset.ws = connection.value.state;
  app.dataset.opens = connection.value.opens;
});
effect(() => send({ open: current.value }));

// One pane at a time on a phone, no panel without a customer.
function followLayout() {
  effect(() => {
    const beside = Boolean(opened.value) && panelOpen.value;
    app.dataset.view = current.value ? 'thread' : 'list';
    app.classList.toggle('app-search', searching.value);
    app.dataset.panel = panelOver.value && beside ? 'open' : 'closed';
    place('sheet').classList.toggle('sheet-solo', !beside);
    place('panel').hidden = !beside;
  });
}

async function start() {
  try {
    await loadCatalogue();
    connect(await load());
  } catch (fault) {
    console.error(fault);
    return failed();
  }
  followLayout();
  followReading();
  followSeen();
  followDrafts();
  follow(refused);
  mount(place('banner'), () => [banner(), alarmBanners(), mutedBanner()]);
  mount(place('list'), list);
  mount(place('head'), () => [head(), sessionNote()]);
  mountStream(place('messages'));
  mount(place('dock'), () => dock(opened.value));
  mount(place('panel'), panel);
  followClaims();
  followConnection();
  followPages();
  followCounts();
  followKeys();
  followPresence();
  followTold();
  followTouches();
  followNotices({ row: show, note: visit });
  install();
  loadQuick();
  followUndo();
  followRadar();
  followCustomer();
  followMentions();
  followReminders();
  followAlarms();
}

// The words come with the page: the catalogue may be what could not be loaded.
function failed() {
  place('list').replaceChildren(place('load-failed').content.cloneNode(true));
  place('list').querySelector('button').onclick = start;
  place('head').replaceChildren();
}

start();
