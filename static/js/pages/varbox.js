// The content of a quick reply: variables are pieces, which go with one Backspace. The field that the
// server rendered stays behind it and is what is sent.
export function varBoxes() {
  for (const box of document.querySelectorAll('[data-vars]')) enhance(box, box.querySelector('textarea'));
}

function enhance(box, field) {
  const buttons = [...box.querySelectorAll('[data-var]')];
  const names = new Set(buttons.map(({ dataset }) => dataset.var));
  const editor = editorFor(field);
  const changed = () => {
    field.value = textOf(editor);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  fill(editor, field.value, names);
  field.hidden = true;
  field.before(editor);
  for (const code of box.querySelectorAll('[data-nojs]')) code.remove();
  editor.addEventListener('input', () => {
    if (atom(editor, names)) return; // it changes the text itself
    changed();
  });
  editor.addEventListener('atom', changed);
  for (const button of buttons) {
    button.hidden = field.readOnly;
    button.addEventListener('pointerdown', (event) => event.preventDefault()); // the cursor stays where it is
    button.addEventListener('click', () => insert(editor, button.dataset.var, changed));
  }
}

function editorFor(field) {
  const editor = document.createElement('div');
  editor.className = field.className;
  for (const [name, value] of Object.entries({
    role: 'textbox', 'aria-multiline': 'true', 'aria-labelledby': 'content-label', 'aria-readonly': field.readOnly,
    'aria-invalid': field.getAttribute('aria-invalid') ?? 'false',
  })) editor.setAttribute(name, value);
  editor.tabIndex = 0;
  if (field.readOnly) return editor;
  editor.contentEditable = 'true';
  editor.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter') document.execCommand('insertLineBreak');
    else if (event.key !== 'Backspace' || !selectBefore()) return;
    else document.execCommand('delete');
    event.preventDefault();
  });
  editor.addEventListener('paste', (event) => {
    event.preventDefault();
    document.execCommand('insertText', false, event.clipboardData.getData('text/plain'));
  });
  editor.addEventListener('drop', (event) => event.preventDefault());
  return editor;
}

function piece(name) {
  const span = document.createElement('span');
  span.className = 'var';
  span.contentEditable = 'false';
  span.dataset.name = name;
  span.textContent = name;
  return span;
}

const VARIABLE = /\{([^{}\n]{1,20})\}/;

// The text with its variables as nodes.
function nodesOf(text, names) {
  const nodes = [];
  for (const part of text.split(/(\{[^{}\n]{1,20}\})/)) {
    const name = VARIABLE.exec(part)?.[1];
    if (part) nodes.push(names.has(name) ? piece(name) : document.createTextNode(part));
  }
  return nodes;
}

function fill(editor, text, names) {
  editor.replaceChildren(...nodesOf(text, names));
  if (text.endsWith('\n')) editor.append(document.createElement('br'));
}

// What is in the editor, as it is stored.
function textOf(node) {
  let text = '';
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.dataset.name) text += `{${child.dataset.name}}`;
    else if (child.nodeName === 'BR') text += child.nextSibling ? '\n' : '';
    else text += (text && !text.endsWith('\n') ? '\n' : '') + textOf(child);
  }
  return text;
}

// A variable that was typed by hand becomes a piece; true when there was one.
function atom(editor, names) {
  const selection = getSelection();
  const { anchorNode: node, anchorOffset: at } = selection;
  if (node?.nodeType !== Node.TEXT_NODE || !editor.contains(node)) return false;
  const [written, name] = VARIABLE.exec(node.data.slice(0, at).match(/\{[^{}\n]*\}$/)?.[0] ?? '') ?? [];
  if (!names.has(name)) return false;
  selection.setBaseAndExtent(node, at - written.length, node, at);
  put(name);
  editor.dispatchEvent(new Event('atom'));
  return true;
}

// Selects the variable that the cursor stands behind; false when it stands elsewhere.
function selectBefore() {
  const { anchorNode: node, anchorOffset: at, isCollapsed } = getSelection();
  const before = node.nodeType === Node.TEXT_NODE ? at === 0 && node.previousSibling : node.childNodes[at - 1];
  if (!isCollapsed || !before?.dataset?.name) return false;
  const range = document.createRange();
  range.selectNode(before);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return true;
}

// In place of what is selected.
function put(name) {
  const range = getSelection().getRangeAt(0);
  const span = piece(name);
  range.deleteContents();
  range.insertNode(span);
  range.setStartAfter(span);
  range.collapse(true);
}

function insert(editor, name, changed) {
  if (!editor.contains(getSelection().anchorNode)) {
    editor.focus();
    getSelection().selectAllChildren(editor);
    getSelection().collapseToEnd();
  }
  put(name);
  editor.focus();
  changed();
}
