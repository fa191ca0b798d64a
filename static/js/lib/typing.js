// Tells the server for whom the agent is typing, so that WeChat can show it. A signal: it may be lost.
import { send } from './net.js';

const EVERY = 5_000;

let told = 0; // the conversation that the server knows of
let at = 0;

export function typing(conversation) {
  if (conversation === told && Date.now() - at < EVERY) return;
  [told, at] = [conversation, Date.now()];
  send({ typing: conversation });
}

export function stopTyping() {
  if (!told) return;
  told = 0;
  send({ typing: 0 });
}
