// All that can be done by key or by name: the keyboard, the help sheet, the palette and the hints on
// buttons read this one list. An entry is {name, area, icon, keys, why, run}:
//   name    the words are keys.do.NAME
//   area    where it stands: here (the open conversation), write, go, other
//   keys    as they are read: 'E', 'Shift+A', 'Mod+K', 'ArrowDown'; the first is the one on hints
//   why()   says in words why it cannot be done now, '' when it can
//   run()   does it; without run it has a key of its own elsewhere, which only the sheet tells
// row joins several entries into one line of the sheet, with the words keys.row.ROW; anywhere lets
// the key work in fields too; plain keeps it out of the palette.
export const commands = [];

export const enlist = (...entries) => commands.push(...entries.map((entry) => ({ icon: 'keyboard', keys: [], why: () => '', ...entry })));

export const find = (name) => commands.find((one) => one.name === name);

const MAC = /^(Mac|iP)/.test(navigator.platform);

// What a key event is called in the list, '' for what belongs to the browser or the system.
export function nameOf({ key, shiftKey, ctrlKey, metaKey, altKey }) {
  const [mod, other] = MAC ? [metaKey, ctrlKey] : [ctrlKey, metaKey];
  if (altKey || other) return '';
  const letter = /^[a-z]$/i.test(key); // without regard to the caps lock
  const shifts = letter || /^F\d/.test(key);
  return `${mod ? 'Mod+' : ''}${shiftKey && shifts ? 'Shift+' : ''}${letter ? key.toUpperCase() : key}`;
}

const CAPS = {
  Mod: MAC ? '\u2318' : 'Ctrl', Shift: MAC ? '\u21e7' : 'Shift', Enter: '\u21b5',
  ArrowDown: '\u2193', ArrowUp: '\u2191', Escape: 'Esc',
};

// The caps of a key, to be shown side by side.
export const caps = (key) => key.split('+').map((cap) => CAPS[cap] ?? cap);
