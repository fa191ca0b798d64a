// What colleagues did that this agent has not seen yet, the newest first: notes that name them, and
// hand-overs that concern them, one for each conversation.
import { computed, signal } from './html.js';

export const mentions = signal([]);

export const notes = computed(() => mentions.value.filter(({ kind }) => kind === 'note'));
export const handovers = computed(() => new Map(mentions.value.filter(({ kind }) => kind !== 'note').map((one) => [one.conversation, one])));
