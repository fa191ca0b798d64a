// Customers who cannot be replied to now, and of whom this agent wants to hear when that changes.
// Kept in this browser, for all of its tabs.
import { boot } from './boot.js';
import { budget } from './budget.js';
import { now } from './clock.js';
import { effect, signal, untracked } from './html.js';
import { read, write } from './local.js';
import { changed, conversations } from './state.js';

const KEY = `kf.remind.${boot.me?.id ?? 0}`;
const wanted = signal(read(KEY, [])); // ids of customers

addEventListener('storage', ({ key }) => {
  if (key === KEY) wanted.value = read(KEY, []);
});

export const isWanted = (customer) => wanted.value.includes(customer);

export function want(customer, on) {
  wanted.value = [...wanted.value.filter((id) => id !== customer), ...(on ? [customer] : [])];
  write(KEY, wanted.value);
}

// told(row) hears once of each who can be replied to again.
export function followWanted(told) {
  effect(() => {
    changed.value;
    if (wanted.value.length) untracked(() => find().forEach((row) => {
      want(row.customer.id, false);
      told(row);
    }));
  });
}

const find = () => [...conversations.values()].map((one) => one.peek())
  .filter((row) => row.state !== 'closed' && isWanted(row.customer.id) && budget(row, now()).can > 0);
