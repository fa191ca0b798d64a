// What was found of a search in a text.

// The text in pieces, [text, whether it was found], by the marks of the server: in characters.
export function byMarks(text, marks) {
  const characters = [...text];
  const pieces = [];
  let end = 0;
  for (const [from, to] of marks) {
    pieces.push([characters.slice(end, from).join(''), false], [characters.slice(from, to).join(''), true]);
    end = to;
  }
  return [...pieces, [characters.slice(end).join(''), false]].filter(([piece]) => piece);
}

// The places in a text where parts of the search stand as they were typed: [start, end].
export function places(text, words) {
  const parts = words.split(/\s+/).filter(Boolean).sort((a, b) => b.length - a.length);
  if (!parts.length) return [];
  const any = new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'gi');
  return Array.from(text.matchAll(any), ({ 0: part, index }) => [index, index + part.length]);
}

export function byWords(text, words) {
  const pieces = [];
  let end = 0;
  for (const [from, to] of places(text, words)) {
    pieces.push([text.slice(end, from), false], [text.slice(from, to), true]);
    end = to;
  }
  return [...pieces, [text.slice(end), false]].filter(([piece]) => piece);
}
