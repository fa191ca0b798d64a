// The rules of the official accounts, as the conversations need them.
import { levelIn, targetIn } from './queue.js';
import { accounts } from './state.js';

const none = { levels: [], target: 0, order: [], closing: 0 }; // until they are loaded

export const rulesOf = (account) => accounts.value.find(({ id }) => id === account)?.rules ?? none;

// The customer's level in a conversation: {name, target, look}, undefined when they have none.
export function levelOf({ account, customer }) {
  const rules = rulesOf(account);
  return rules.levels[levelIn(rules, customer.vip) - 1];
}

export const targetOf = ({ account, customer }) => targetIn(rulesOf(account), customer.vip);
