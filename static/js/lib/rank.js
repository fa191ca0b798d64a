// How well words that somebody types fit a text, and which part of it they mean.

// {score, hits}: a lower score fits better, hits are [from, to) in the text. null: it does not fit.
export function rank(text, typed) {
  const low = text.toLowerCase();
  let score = 0;
  const hits = [];
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = whole(low, word) ?? scattered(low, word);
    if (!found) return null;
    score += found.score;
    hits.push(...found.hits);
  }
  return { score, hits: hits.sort(([a], [b]) => a - b) };
}

// In one piece: best at the start, then at the start of a word, then anywhere.
function whole(text, word) {
  const at = text.indexOf(word);
  if (at < 0) return null;
  const start = at === 0 ? 0 : /[\s\p{P}]/u.test(text[at - 1]) ? 1 : 2;
  return { score: start + (text.length - word.length) / 1000, hits: [[at, at + word.length]] };
}

// In its order with gaps; the smaller the gaps the better.
function scattered(text, word) {
  const hits = [];
  let at = 0;
  for (const letter of word) {
    const next = text.indexOf(letter, at);
    if (next < 0) return null;
    hits.push([next, next + letter.length]);
    at = next + letter.length;
  }
  return { score: 10 + at - hits[0][0] - word.length, hits };
}

// The text in pieces: {text, hit}.
export function pieces(text, hits) {
  const out = [];
  let at = 0;
  for (const [from, to] of hits) {
    if (from > at) out.push({ text: text.slice(at, from), hit: false });
    if (to > at) out.push({ text: text.slice(Math.max(at, from), to), hit: true });
    at = Math.max(at, to);
  }
  if (at < text.length) out.push({ text: text.slice(at), hit: false });
  return out;
}
