// What colleagues did that this agent has not seen yet, the newest first: notes that name them, and
// hand-overs that concern them, one for each conversation.
import { computed, signal } from './html.js';

export const mentions = signal([]);

export const notes = computed(() => mentions.value.filter(({ kind }) => kind === 'note'));
// What this agent is asked for by name: to read a note, or to look at a conversation.
export const calls = computed(() => mentions.value.filter(({ kind }) => kind === 'note' || kind === 'invited'));
export const handovers = computed(() => new Map(mentions.value.filter(({ kind }) => kind !== 'note').map((one) => [one.conversation, one])));
