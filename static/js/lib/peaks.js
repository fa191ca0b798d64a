// How loud a sound is over time, the loudest part being 1: for drawing its wave.
const PARTS = 28;

export function peaks(samples) {
  const part = Math.ceil(samples.length / PARTS);
  const loud = Array.from({ length: PARTS }, (_, i) => most(samples, i * part, (i + 1) * part));
  const top = Math.max(...loud) || 1;
  return loud.map((value) => value / top);
}

function most(samples, from, to) {
  let value = 0;
  for (let i = from; i < Math.min(to, samples.length); i++) value = Math.max(value, Math.abs(samples[i]));
  return value;
}
