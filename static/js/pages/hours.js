// The bar of a day follows the hours that are typed beside it.
const minutes = (text) => {
  const [hour, minute] = text.replace('：', ':').split(':').map(Number);
  return Math.max(0, Math.min(1440, hour * 60 + minute)) || 0;
};

export function drawDay(row) {
  if (!row) return;
  const [from, to] = [...row.querySelectorAll('.timefield input')].map(({ value }) => minutes(value));
  const bar = row.querySelector('.bar-value');
  bar.setAttribute('x', from / 15);
  bar.setAttribute('width', Math.max(0, to - from) / 15);
}
