// The messages of one customer as far as this tab has loaded them: a stretch without holes,
// ascending by id, at most LIMIT rows.
import { get } from './api.js';
import { batch, signal } from './html.js';

const LIMIT = 400;
const PAGE = 50;
const KEPT = 8;
const timelines = new Map();

// The timeline of a customer; the ones not looked at for longest are forgotten.
export function timelineOf(customer) {
  const timeline = timelines.get(customer) ?? new Timeline();
  timelines.delete(customer);
  timelines.set(customer, timeline);
  if (timelines.size > KEPT) timelines.delete(timelines.keys().next().value);
  return timeline;
}

// Live rows go only to timelines that somebody has opened.
export function putMessage(message) {
  timelines.get(message.customer)?.put(message);
}

export const dropTimeline = (customer) => timelines.delete(customer);

class Timeline {
  messages = signal([]);
  state = signal('empty'); // empty, loading, ready, failed
  older = signal(false); // there is more above
  newer = signal(false); // there is more below: the live end is not loaded
  following = true; // the reader is at the bottom, so old rows may go
  #end = 0; // behind this id rows may be missing, whatever live ones came since; null: none is
  #busy = null;
  #again = 0; // the conversation to read again after the request that runs

  get last() {
    return this.messages.value.at(-1)?.id ?? 0;
  }

  put(message) {
    const have = this.messages.value;
    const known = have.some((row) => row.id === message.id);
    if (!known && (this.newer.value || message.id < (have[0]?.id ?? 0))) return;
    if (!known && have.length >= LIMIT && !this.following) this.newer.value = true;
    else this.#keep(merge(have, [message]), 'end');
  }

  // Nobody looks any more: live rows do not come from here on.
  leave() {
    this.#end ??= this.last;
  }

  // The newest page. What is loaded stays if the page reaches down to where rows are missing.
  loadNewest(conversation) {
    this.leave();
    return this.#load(async () => {
      const { messages, more } = await get(path(conversation));
      const first = messages[0]?.id ?? 0;
      const hole = more && (this.newer.value || this.#end < first);
      const have = this.messages.value;
      batch(() => {
        this.#keep(merge(hole ? have.filter(({ id }) => id >= first) : have, messages), 'end');
        if (hole || !more) this.older.value = more;
        this.newer.value = false;
      });
      this.#end = this.#again ? messages.at(-1)?.id ?? 0 : null;
    });
  }

  // The rows around one message, in the place of what is loaded.
  loadAround(conversation, id) {
    this.leave();
    return this.#load(async () => {
      const [to, from] = await Promise.all([get(path(conversation, `&before=${id + 1}`)), get(path(conversation, `&after=${id}`))]);
      const page = [...to.messages, ...from.messages];
      const last = from.more ? page.at(-1).id : Infinity;
      batch(() => {
        this.older.value = to.more;
        this.newer.value = from.more;
        this.messages.value = merge(this.messages.value.filter((row) => row.id >= page[0]?.id && row.id <= last), page);
      });
      if (!from.more) this.#end = null;
    });
  }

  loadOlder(conversation) {
    return this.#load(async () => {
      const { messages, more } = await get(path(conversation, `&before=${this.messages.value[0].id}`));
      batch(() => {
        this.older.value = more;
        this.#keep(merge(this.messages.value, messages), 'start');
      });
    });
  }

  loadNewer(conversation) {
    return this.#load(async () => {
      const { messages, more } = await get(path(conversation, `&after=${this.last}`));
      batch(() => {
        this.newer.value = more;
        this.#keep(merge(this.messages.value, messages), 'end');
      });
    });
  }

  // Rows were changed that this tab did not get: read the newest ones again.
  refresh(conversation) {
    this.leave();
    if (this.#busy) this.#again = conversation;
    else if (!this.newer.value) this.loadNewest(conversation);
  }

  #keep(rows, end) {
    if (rows.length > LIMIT) {
      if (end === 'end') this.older.value = true;
      else this.newer.value = true;
      rows = end === 'end' ? rows.slice(-LIMIT) : rows.slice(0, LIMIT);
    }
    this.messages.value = rows;
  }

  // One request at a time; a failure is a state that the thread shows, with a way to try again.
  async #load(work) {
    if (this.#busy) return this.#busy;
    this.state.value = 'loading';
    this.#busy = work().then(() => 'ready', () => 'failed');
    const state = await this.#busy;
    this.#busy = null;
    this.state.value = state;
    const again = this.#again;
    this.#again = 0;
    if (again) await this.loadNewest(again);
  }
}

const path = (conversation, more = '') => `conversations/${conversation}/messages?limit=${PAGE}${more}`;

// Both lists as one; of two versions of a row the one with the later event stays.
function merge(have, page) {
  const rows = new Map(have.map((row) => [row.id, row]));
  for (const row of page) {
    if (!(rows.get(row.id)?.event > row.event)) rows.set(row.id, row);
  }
  return [...rows.values()].sort((a, b) => a.id - b.id);
}
