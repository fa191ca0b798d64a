// A small ranked search over quick replies: by code, by the title in Chinese, by its pinyin, whole,
// begun or only initials, and by content.

// What the search needs of a row, made once. words is what can be read of its content.
export function indexed(row, words) {
  const title = [...row.title.toLowerCase()];
  return { row, title, text: title.join(''), readings: row.spelling.split(' ').map((word) => word.split('/')), content: words.toLowerCase() };
}

// The rows that a query finds, the best first: {row, marks, code}. marks are the places in the title
// and code the length of the code that were found. Among equals the one that is used more.
export function search(list, query) {
  const wanted = query.trim().toLowerCase();
  const hits = list.map((one) => hit(one, wanted)).filter(({ score }) => score > 0);
  return hits.sort((a, b) => b.score - a.score || b.row.used - a.row.used);
}

function hit(one, wanted) {
  const { row } = one;
  if (!wanted) return { row, score: 1, marks: [], code: 0 };
  const keys = wanted.replace(/['\s]/g, ''); // an input method divides syllables with apostrophes
  const code = keys && row.code.startsWith(keys) ? keys.length : 0;
  const found = inTitle(one, wanted, keys);
  const score = Math.max(code && (code === row.code.length ? 100 : 90), found.score, one.content.includes(wanted) ? 20 : 0);
  return { row, score, marks: found.marks, code };
}

function inTitle(one, wanted, keys) {
  const from = one.text.indexOf(wanted);
  if (from >= 0) {
    const at = [...one.text.slice(0, from)].length;
    return { score: at === 0 ? 85 : 70, marks: [...wanted].map((_, i) => at + i) };
  }
  for (let at = 0; at < one.readings.length; at++) {
    const marks = one.readings[at][0] === '-' ? null : spelled(one.readings, at, keys);
    if (marks) return { score: at === 0 ? 80 : 60, marks };
  }
  const marks = scattered(one, keys);
  return marks ? { score: 40, marks } : { score: 0, marks: [] };
}

// The places that keys spell from a place on, or null: of each character a whole reading or its
// initial, of the last any beginning.
function spelled(readings, at, keys) {
  if (!keys) return [];
  if (at >= readings.length) return null;
  if (readings[at][0] === '-') return spelled(readings, at + 1, keys);
  for (const reading of readings[at]) {
    if (reading.startsWith(keys)) return [at];
    for (const part of new Set([reading, reading[0]])) {
      const rest = keys.startsWith(part) ? spelled(readings, at + 1, keys.slice(part.length)) : null;
      if (rest) return [at, ...rest];
    }
  }
  return null;
}

// The places of single characters or initials, in order but not side by side.
function scattered({ title, readings }, keys) {
  const marks = [];
  let at = 0;
  for (const key of keys) {
    while (at < title.length && title[at] !== key && !readings[at].some((reading) => reading[0] === key)) at++;
    if (at === title.length) return null;
    marks.push(at++);
  }
  return marks.length > 1 ? marks : null;
}
