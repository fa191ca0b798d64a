// Who may hand over what, and who can take it.
import { binding } from './people.js';
import { rulesOf } from './rules.js';
import { agents, changed, conversations, isMine, me } from './state.js';

export const isSupervisor = () => ['supervisor', 'admin'].includes(me.value?.role);

export const speaks = (agent, account) => Boolean(binding(agent, account)?.kf_account);

// Whoever serves it; a supervisor also what others serve, and what waits.
export const mayHandOver = (row) => row.state !== 'closed' && (isMine(row) || isSupervisor());

export const mayTakeOver = (row) => row.state === 'open' && !isMine(row) && speaks(me.value, row.account)
  && (isSupervisor() || rulesOf(row.account).take_over === 'all');

// How many conversations an agent serves.
export function loadOf(id) {
  changed.value;
  let n = 0;
  for (const one of conversations.values()) if (one.value.state === 'open' && one.value.agent === id) n++;
  return n;
}

// How many they are assigned at most: their own number, else the largest of their accounts.
export const capacityOf = (agent) => agent.capacity
  || Math.max(0, ...(agent.bindings ?? []).map(({ account }) => rulesOf(account).capacity ?? 0));

const ranks = { online: 0, busy: 1, away: 2 };

// The colleagues who can be given a conversation, or with look be asked to see it: who is here and
// has the least first. Supervisors take over what they want themselves.
export function colleagues({ account, agent: server }, { look = false } = {}) {
  const fits = (agent) => agent.active && agent.id !== me.value.id && agent.id !== server
    && (look ? agent.role === 'admin' || binding(agent, account) : speaks(agent, account));
  return [...agents.value.values()].filter(fits)
    .map((agent) => ({ agent, load: loadOf(agent.id), most: capacityOf(agent) }))
    .sort((a, b) => ranks[a.agent.presence] - ranks[b.agent.presence] || a.load - b.load || a.agent.id - b.agent.id);
}
