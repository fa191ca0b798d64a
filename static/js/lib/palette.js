// What the palette offers: customers, deeds, pages. An item is {id, icon or openid, label, sub, keys, reason, run}.
import { commands } from './commands.js';
import { signal } from './html.js';
import { t } from './i18n.js';
import { read, write } from './local.js';
import { customerName } from './people.js';
import { rank } from './rank.js';
import { conversations, current } from './state.js';
import { preview } from './words.js';

const KEY = 'kf.palette'; // ids, last used first
const KEPT = 20;
const SHOWN = 8; // of a group
const RECENT = 5;

// What shows all messages with some words, set by who can do that.
export const searchMessages = signal(null);

export const used = () => read(KEY, []);
export const use = (id) => write(KEY, [id, ...used().filter((other) => other !== id)].slice(0, KEPT));

const deed = ({ name, area, icon, keys, why, run }) => ({ id: name, area, icon, label: t(`keys.do.${name}`), keys, reason: why(), run });

// go(id) shows a conversation.
const customers = (rows, go) => rows.map((row) => ({
  id: `c${row.id}`, area: 'customers', openid: row.customer.openid, label: customerName(row.customer),
  sub: preview(row).text, at: row.last?.at ?? row.created_at, run: () => go(conversations.get(row.id).peek()),
}));

// The pages of the console, as the rail has them for this agent.
function pages() {
  const links = new Map();
  for (const link of document.querySelectorAll('.rail a[href^="/"]:not(.rail-logo)')) {
    const path = link.getAttribute('href');
    const label = link.querySelector('span')?.textContent.trim();
    const icon = link.querySelector('use')?.getAttribute('href').split('#i-')[1];
    if (label && path !== '/' && !links.has(path)) links.set(path, { id: path, area: 'pages', icon, label, run: () => location.assign(path) });
  }
  return [...links.values()];
}

// Groups of what fits what is typed, {area, items}; each item with the hits in its label and sub.
export function offer(typed, go) {
  const only = typed.startsWith('>');
  const words = (only ? typed.slice(1) : typed).trim();
  const deeds = commands.filter(({ run, plain }) => run && !plain).map(deed);
  const recent = used();
  const rows = only ? [] : [...conversations.values()].map((one) => one.peek()).filter(({ id }) => words || recent.includes(`c${id}`));
  const all = [...customers(rows, go), ...deeds, ...pages()];
  const groups = words ? fitting(all, words) : unasked(all);
  if (words && !only && searchMessages.value) groups.push({ area: 'messages', items: [search(words)] });
  return groups;
}

const AREAS = ['customers', 'here', 'write', 'go', 'pages', 'other'];

function fitting(all, words) {
  const recent = used();
  const order = ({ id }) => (recent.includes(id) ? recent.indexOf(id) : KEPT);
  const fit = all.map((item) => fits(item, words)).filter(Boolean);
  fit.sort((a, b) => Boolean(a.reason) - Boolean(b.reason) || a.score - b.score || order(a) - order(b) || (b.at ?? 0) - (a.at ?? 0));
  return AREAS.map((area) => ({ area, items: fit.filter((item) => item.area === area).slice(0, SHOWN) })).filter(({ items }) => items.length);
}

// A name says more than the last message, and that must hold the words in one piece.
function fits(item, words) {
  const name = rank(item.label, words);
  const said = item.sub && rank(item.sub, words);
  if (!name && !(said?.score < 10) && !item.openid?.toLowerCase().endsWith(words.toLowerCase())) return null;
  return { ...item, score: name?.score ?? 5 + (said?.score ?? 0), hits: name?.hits ?? [], subHits: said?.score < 10 ? said.hits : [] };
}

// Nothing is typed: what was used last, then all but the customers.
function unasked(all) {
  const recent = used().map((id) => all.find((item) => item.id === id)).filter((item) => item && !item.reason && item.id !== `c${current.value}`).slice(0, RECENT);
  const rest = all.filter((item) => item.area !== 'customers' && !recent.includes(item)).sort((a, b) => Boolean(a.reason) - Boolean(b.reason));
  const groups = AREAS.map((area) => ({ area, items: rest.filter((item) => item.area === area) }));
  return [{ area: 'recent', items: recent }, ...groups].filter(({ items }) => items.length);
}

const search = (words) => ({ id: 'messages', icon: 'search', label: t('keys.palette.messages', { words }), run: () => searchMessages.value(words) });
