// Internal notes that name this agent and that they have not seen.
import { signal } from './html.js';

export const mentions = signal([]); // the newest first
