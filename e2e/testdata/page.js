// Helpers that every page under test gets.
window.e2e = {
  // What a selector stands for: CSS, or "CSS >> words" for those that show the words.
  find(selector) {
    const [css, words] = selector.split(' >> ');
    return [...document.querySelectorAll(css)].filter((element) =>
      element.checkVisibility({ visibilityProperty: true }) && (!words || this.words(element).includes(words)));
  },

  words: (element) => (element.innerText || element.getAttribute('aria-label') || element.value || '').replace(/\s+/g, ' ').trim(),

  text(selector) {
    return this.find(selector).map((element) => this.words(element));
  },

  // Where a person would click, or why one could not. What still moves is not clicked.
  async point(selector) {
    const before = this.place(selector);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const after = this.place(selector);
    return !after.why && (before.x !== after.x || before.y !== after.y) ? { why: 'it moves' } : after;
  },

  place(selector) {
    const [element] = this.find(selector);
    if (!element) return { why: 'it is not there' };
    if (element.matches(':disabled') || element.getAttribute('aria-disabled') === 'true') return { why: 'it is disabled' };
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const [box] = element.getClientRects();
    if (!box?.width) return { why: 'it has no size' };
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    if (!top || !this.hits(element, top)) return { why: `it is covered by ${top?.outerHTML.slice(0, 120) ?? 'nothing'}` };
    return { x, y };
  },

  // The next click is meant for the element.
  aim(selector) {
    [this.aimed] = this.find(selector);
    return this.point(selector);
  },

  hits: (element, target) => element.contains(target) || Boolean(target.closest?.('label')?.contains(element)),

  // Tells whether the last click met what it was aimed at.
  landed() {
    const { missed } = this;
    this.aimed = null;
    this.missed = false;
    return !missed;
  },
};

// What a click was aimed at may move away before the click comes, as it may for a person, who then
// aims again. What was hit instead does not notice, so that the test goes on from where it was.
for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'pointerup', 'mouseup', 'touchend', 'click']) {
  addEventListener(kind, (event) => {
    if (kind === 'pointerdown') e2e.missed = Boolean(e2e.aimed) && !e2e.hits(e2e.aimed, event.target);
    if (!e2e.missed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true, passive: false });
}

// A page can be made deaf: frames of its socket wait until it hears again. So a test decides what
// the page does not know yet.
e2e.deaf = false;
e2e.unheard = [];
e2e.sent = [];
e2e.hear = () => {
  e2e.deaf = false;
  for (const tell of e2e.unheard.splice(0)) tell();
};
window.WebSocket = class extends WebSocket {
  set onmessage(hear) {
    super.onmessage = (event) => (e2e.deaf ? e2e.unheard.push(() => hear(event)) : hear(event));
  }

  send(data) {
    e2e.sent.push(JSON.parse(data));
    super.send(data);
  }
};

// Everything that was announced in a toast: they pass, what was said stays.
e2e.announced = [];
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node.classList?.contains('toast')) setTimeout(() => e2e.announced.push(e2e.words(node)));
    }
  }
}).observe(document, { childList: true, subtree: true });
