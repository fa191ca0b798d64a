// A thread as the list of things to draw: days, the line above new messages, events and messages.
const TOGETHER = 3 * 60_000; // the same speaker within this time goes on under one face

// rows are messages in order, waiting ones of ours last. marker is the first message the agent
// has not seen, 0 for none; said counts what the customer said while a reply was written.
export function itemsOf(rows, marker = 0, said = 0) {
  const items = [];
  let before = null; // the message above, if nothing stands between
  let day = '';
  const days = new Set(); // what is imported from WeChat's records goes back to earlier ones
  for (const row of rows) {
    if (row.state === 'discarded') continue;
    const date = new Date(row.at).toDateString();
    if (date !== day) {
      items.push({ kind: 'day', key: days.has(date) ? `day ${date} ${row.id}` : `day ${date}`, at: row.at });
      days.add(date);
      before = null;
    }
    day = date;
    if (marker && row.id === marker) {
      if (items.length > 1) items.push({ kind: 'new', key: 'new', said });
      before = null;
    }
    const item = { kind: kindOf(row), key: row.client_id || row.id, row, goesOn: false, last: true };
    if (before && together(before.row, row)) {
      item.goesOn = true;
      before.last = false;
    }
    items.push(item);
    before = item.kind === 'message' ? item : null;
  }
  return items;
}

// What the customer says now, and not what was put here later from WeChat's records.
export const isNews = ({ dir, body }) => dir === 'in' && !body?.imported;

const kindOf = ({ dir }) => (dir === 'in' || dir === 'out' ? 'message' : dir);

const together = (a, b) =>
  a.dir === b.dir && a.agent === b.agent && a.kf_account === b.kf_account && !a.body?.imported === !b.body?.imported && b.at - a.at < TOGETHER;
