// How much waits for an agent who looks elsewhere: in the title, on the tab's picture, in the rail.
import { late, overdue } from '../lib/alarm.js';
import { asset } from '../lib/boot.js';
import { computed, effect } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { counts } from '../lib/counts.js';

const waiting = computed(() => counts.value.waiting);
const todo = computed(() => counts.value.waiting + counts.value.unread);

export function followCounts() {
  const title = document.title;
  effect(() => {
    const n = overdue.value.length;
    document.title = [n && t('routing.alarm.title', { n }), todo.value && `(${todo.value})`, title].filter(Boolean).join(' ');
  });
  effect(() => rail(waiting.value, late.value.waiting));
  const logo = new Image();
  logo.onload = () => effect(() => paint(logo, todo.value));
  logo.src = asset('img/logo.svg');
}

function rail(n, over) {
  const count = document.getElementById('rail-waiting');
  if (!count) return;
  count.hidden = n === 0;
  const words = document.createElement('span');
  words.className = 'sr';
  words.textContent = [' ', t('common.rail.waiting', { n }), over && t('routing.alarm.count', { n: over })].filter(Boolean).join(' ');
  count.classList.toggle('count-late', over > 0);
  const number = document.createElement('span');
  number.setAttribute('aria-hidden', 'true');
  number.textContent = n > 99 ? '99+' : n;
  count.replaceChildren(number, words);
}

function paint(logo, n) {
  const link = document.querySelector('link[rel="icon"]');
  if (n === 0) {
    link.href = logo.src;
    return;
  }
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext('2d');
  pen.drawImage(logo, 0, 0, 64, 64);
  pen.fillStyle = '#d43635';
  pen.beginPath();
  pen.arc(44, 44, 20, 0, 7);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = `600 ${n > 9 ? 24 : 30}px sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(n > 99 ? '99' : n, 44, 46);
  link.href = canvas.toDataURL();
}
