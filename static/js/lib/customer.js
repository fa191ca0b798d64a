// What the panel shows of the customer besides their row, read again when they change; and what an
// agent changes of them. Refusals are ApiErrors for the caller to show.
import { get, post, put } from './api.js';
import { computed, effect, signal, untracked } from './html.js';
import { accounts, apply, opened } from './state.js';

const nobody = { customer: 0, memos: [], past: [], untold: [], failed: false };

export const known = signal(nobody);

// Changes when what is known may have changed: the customer, or one of their conversations.
const stand = computed(() => {
  const { customer, state } = opened.value ?? {};
  return customer ? `${customer.id} ${customer.event} ${customer.conversations} ${state}` : '';
});

export function followCustomer() {
  effect(() => {
    if (stand.value) untracked(load);
  });
}

export async function load() {
  const { id } = opened.value.customer;
  const asked = stand.value;
  if (known.value.customer !== id) known.value = nobody;
  const answer = await get(`customers/${id}`).catch(() => ({ ...known.value, failed: true }));
  if (asked === stand.value) known.value = { failed: false, ...answer, customer: id };
}

const accountOf = (id) => accounts.value.find((account) => account.id === id);

// The tags and the VIP levels of a conversation's official account.
export const tagsOf = (account) => accountOf(account)?.tags ?? [];
export const levelsOf = (account) => accountOf(account)?.rules.levels ?? [];

export const setRemark = (id, remark) => change(`customers/${id}/remark`, { remark });
export const setLevel = (id, level) => change(`customers/${id}/vip`, { level });
export const setTags = (id, add, remove) => change(`customers/${id}/tags`, { add, remove });
export const setBlocked = (id, blocked) => change(`customers/${id}/blocked`, { blocked });
export const setMemo = (id, text) => change(`memos/${id}`, { text });
export const addMemo = async (id, text) => apply(await post(`customers/${id}/memos`, { text }));

const change = async (path, body) => apply(await put(path, body));
