// The form of the rules: it is changed in place, and the bar at the foot names what is not saved.
import { drawDay } from './hours.js';

export function ruleForms() {
  for (const form of document.querySelectorAll('form[data-rules]')) follow(form);
}

function follow(form) {
  const bar = document.querySelector('[data-savebar]');
  const saved = snapshot(form);
  const hint = bar.querySelector('span').textContent;
  const look = () => {
    const changed = changes(saved, snapshot(form));
    bar.hidden = !changed.length && !('unsaved' in form.dataset);
    const words = bar.dataset.words.replace('{n}', changed.length).replace('{list}', changed.join(bar.dataset.separator));
    bar.querySelector('span').textContent = changed.length ? words : hint;
  };
  form.addEventListener('input', ({ target }) => {
    drawDay(target.closest('.hour-row'));
    look();
  });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="do"]');
    if (!button) return;
    event.preventDefault();
    const [what] = button.value.split(':');
    const [, deed, kind] = what.match(/^(add|drop)_(holiday|keyword)$/) ?? [];
    if (deed === 'add') addRow(form, kind);
    else if (deed === 'drop') button.closest('tr').remove();
    else acts[what](form, button);
    look();
  });
  dragging(form.querySelector('.orders'), look);
  sections(form);
  look();
}

// What each named part of the form says.
function snapshot(form) {
  const all = new Map();
  for (const part of form.querySelectorAll('[data-say]')) {
    const fields = [...part.querySelectorAll('input, select, textarea')].filter(({ type, checked }) => type !== 'radio' || checked);
    all.set(part.dataset.say, fields.map(({ type, checked, value }) => (type === 'checkbox' ? checked : value)).join('\n'));
  }
  return all;
}

const changes = (before, after) => [...after].filter(([name, value]) => before.get(name) !== value).map(([name]) => name);

const acts = {
  add_level(form) {
    const row = form.querySelector('#level-row').content.firstElementChild.cloneNode(true);
    const rows = form.querySelectorAll('.level-row');
    const n = rows.length + 1;
    for (const input of row.querySelectorAll('input')) input.name = input.name.replace(/-0$/, `-${n}`);
    row.querySelector('[name="level"]').value = n;
    const name = row.querySelector('.input-name');
    name.value = `VIP ${n}`;
    form.querySelector('#levels tbody').prepend(row);
    name.focus();
    name.select();
  },
  drop_level(form, button) {
    button.closest('tr').remove();
    form.querySelector('[value="add_level"]').focus();
  },
  up(form, button) {
    const item = button.closest('li');
    item.previousElementSibling?.before(item);
    button.focus();
  },
  down(form, button) {
    const item = button.closest('li');
    item.nextElementSibling?.after(item);
    button.focus();
  },
};

// A row of a table whose rows are alike; its number is one that no other row has.
function addRow(form, kind) {
  const template = form.querySelector(`#${kind}-row`);
  const row = template.content.firstElementChild.cloneNode(true);
  const n = 1 + Math.max(0, ...[...form.querySelectorAll(`[name="${kind}"]`)].map(({ value }) => Number(value)));
  for (const field of row.querySelectorAll('[name]')) {
    field.name = field.name.replace(/0$/, n);
    if (field.name === kind) field.value = n;
  }
  template.previousElementSibling.querySelector('tbody').append(row);
  row.querySelector('input:not([type="hidden"])').focus();
}

// The order is changed by dragging too.
function dragging(list, done) {
  let held = null;
  for (const item of list.children) item.draggable = true;
  list.addEventListener('dragstart', (event) => {
    held = event.target.closest('li');
    event.dataTransfer.effectAllowed = 'move';
  });
  list.addEventListener('dragover', (event) => {
    const over = event.target.closest('li');
    if (!held || !over) return;
    event.preventDefault();
    if (over === held) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY > top + height / 2) over.after(held);
    else over.before(held);
  });
  list.addEventListener('dragend', () => {
    held = null;
    done();
  });
}

// The table of contents marks the section in view.
function sections(form) {
  const links = new Map([...document.querySelectorAll('.toc a')].map((link) => [link.hash.slice(1), link]));
  const mark = (id) => links.forEach((link, of) => (of === id ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')));
  const list = [...form.querySelectorAll('.setsec')];
  const scroller = form.closest('.page');
  const look = () => {
    const edge = scroller.getBoundingClientRect().top + 80;
    const end = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2 && scroller.scrollTop > 0;
    mark((end ? list.at(-1) : list.findLast((section) => section.getBoundingClientRect().top <= edge) ?? list[0]).id);
  };
  scroller.addEventListener('scroll', look, { passive: true });
  look();
}
