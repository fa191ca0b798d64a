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

  // Where a person would click, or why one could not.
  point(selector) {
    const [element] = this.find(selector);
    if (!element) return { why: 'it is not there' };
    if (element.matches(':disabled') || element.getAttribute('aria-disabled') === 'true') return { why: 'it is disabled' };
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const [box] = element.getClientRects();
    if (!box?.width) return { why: 'it has no size' };
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    if (!top || !(element.contains(top) || top.closest('label')?.contains(element))) {
      return { why: `it is covered by ${top?.outerHTML.slice(0, 120) ?? 'nothing'}` };
    }
    return { x, y };
  },
};
