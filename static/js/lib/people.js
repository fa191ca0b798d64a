// What customers and agents are called.
import { t } from './i18n.js';
import { agents, me } from './state.js';

// FNV-1a, 32 bit. The tile and the made-up name of a customer hang on it: never change it.
export function hashOf(openid) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < openid.length; i++) hash = Math.imul(hash ^ openid.charCodeAt(i), 16777619) >>> 0;
  return hash;
}

let words; // asked for with every row

// WeChat tells no nicknames: the remark, else a word and the end of the openid.
export function customerName({ remark, openid }) {
  if (remark) return remark;
  words ??= t('inbox.names').split(' ');
  return `${words[hashOf(openid) % words.length]} ${openid.slice(-4)}`;
}

export const binding = (agent, account) => agent?.bindings?.find((one) => one.account === account);

// Who answers under a kf_account: {account, kf_account, nick}.
export const agentOf = (kf, account) =>
  [...agents.value.values()].flatMap(({ bindings = [] }) => bindings).find((one) => one.account === account && one.kf_account === kf);

// The name under which customers of this account know an agent.
export function agentName(id, account) {
  const agent = agents.value.get(id);
  return binding(agent, account)?.nick || agent?.name || t('inbox.agent.unknown');
}

export const isMe = (id) => id !== 0 && id === me.value?.id;
