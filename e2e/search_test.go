package e2e

import (
	"fmt"
	"strings"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hit is a line of the search's results.
const hit = "#hits .hitrow[data-nth]"

// marks are the texts that the results mark.
func (p *page) marks() string {
	p.t.Helper()
	return strings.Join(p.texts("#hits .hit"), " ")
}

// long is a desk with an agent whose customer said much: 灯罩 at 20 and 100 of
// 200 messages, and once by another customer.
func long(t *testing.T) (d *desk, p *page, ann string) {
	t.Helper()
	d, p, ann = writing(t)
	for i := range 200 {
		text := fmt.Sprintf("第 %d 句", i)
		if i == 20 || i == 100 {
			text = fmt.Sprintf("第 %d 句：麻布灯罩有货吗", i)
		}
		_, err := d.box.Text(ann, text)
		must(t, err)
	}
	d.settle()
	d.says(d.customer("别人"), "灯罩脏了") // the newest
	eventually(t, "the index", func() bool {
		return call[struct{ Behind int }](d, "GET", "search?q=x", nil).Behind == 0
	}, func() string { return "" })
	p.reload()
	p.live(1)
	p.see("#stream .msg-in >> 第 199 句")
	return d, p, ann
}

// A search shows what was found with the lines around it, leads to the place in
// the past, steps to the others and leads back.
func TestSearchAndJump(t *testing.T) {
	parallel(t)
	_, p, _ := long(t)
	p.palette(p.word("keys.do.search"))
	p.press(kb.Enter)
	p.until("the cursor in the search", "document.activeElement.id === 'search'")
	p.compose("deng")
	p.until("the letters", "document.querySelector('#search').value === 'deng'")
	if n := eval[int](p, "document.querySelectorAll('.app-search').length"); n != 0 {
		t.Error("what an input method is putting together is looked for")
	}
	p.commit("灯罩")
	p.see(".app-search " + hit + " >> 麻布灯罩有货吗")
	p.until("three hits", fmt.Sprintf("document.querySelectorAll('%s').length === 3", hit))
	p.see(".find-sum >> " + p.word("search.sum.messages", "n", 3, "lines", 3))
	if got := p.marks(); got != "灯罩 灯罩 灯罩" {
		t.Errorf("marked: %q", got)
	}
	second := p.texts(hit)[1]
	for _, line := range []string{"第 99 句", "第 100 句", "第 101 句"} {
		if !strings.Contains(second, line) {
			t.Errorf("%q is not in %q", line, second)
		}
	}
	p.accessible("search")

	at := func(text, place string) {
		t.Helper()
		p.see("#stream .is-target >> " + text)
		p.see(".jumpbar >> " + place)
		p.until("the focus on it", "document.activeElement?.classList.contains('is-target')")
		p.until("in the middle", `(() => {
			const box = document.querySelector('.is-target').getBoundingClientRect();
			const stream = document.querySelector('#stream').getBoundingClientRect();
			return box.top > stream.top && box.bottom < stream.bottom;
		})()`)
		p.until("the mark", "[...CSS.highlights.get('found') ?? []].map(String).join() === '灯罩'")
	}
	p.click(hit + " >> 第 100 句")
	at("第 100 句", p.word("search.place", "nth", 2, "of", 3, "words", "灯罩"))
	p.accessible("search-jumped")
	p.press(kb.F3)
	at("第 20 句", p.word("search.place", "nth", 3, "of", 3, "words", "灯罩"))
	if got := eval[string](p, "document.querySelector('#stream').ariaLive"); got != "off" {
		t.Errorf("aria-live is %q in the past", got)
	}
	if rows := p.texts("#stream .bubble"); rows[0] == rows[len(rows)-1] || strings.Contains(strings.Join(rows, " "), "第 199 句") {
		t.Error("everything down to the newest message was loaded")
	}
	p.press(kb.F3, cd.ModifierShift)
	at("第 100 句", p.word("search.place", "nth", 2, "of", 3, "words", "灯罩"))
	p.click(".jumpbar [aria-label='" + p.word("search.previous") + "']")
	at("灯罩脏了", p.word("search.place", "nth", 1, "of", 3, "words", "灯罩"))
	p.press("k") // as in the list
	p.press("j")
	at("第 100 句", p.word("search.place", "nth", 2, "of", 3, "words", "灯罩"))
	p.press(kb.Escape)
	p.gone("#stream .is-target")
	p.click(".jump-now")
	p.see("#stream .msg-in >> 第 199 句")
	p.gone(".jumpbar")
	p.until("the bottom", "document.querySelector('#stream').scrollTop > -2")
	p.click("#search")
	p.press(kb.Escape)
	p.gone(".app-search")
	p.see("#rows .conv")
}

// Filters narrow what was found; what finds nothing says so, and harmful signs
// do no harm.
func TestSearchFilters(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.says(ann, "灯罩能换吗")
	p.see("#stream .msg-in >> 灯罩能换吗")
	p.reply("灯罩可以单独买")
	d.received(ann, 1)
	p.write("#search", "罩")
	p.until("two hits", fmt.Sprintf("document.querySelectorAll('%s').length === 2", hit))
	choose := func(name, value string) {
		t.Helper()
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector('.filters [name=%s]'); s.value = %q; s.dispatchEvent(new Event('change')); return true; })()`, name, value))
	}
	choose("kind", "out")
	p.until("ours only", fmt.Sprintf("document.querySelectorAll('%s').length === 1", hit))
	p.see(".chip.is-on >> " + p.word("search.kind.out"))
	p.see(hit + " >> 灯罩可以单独买")
	p.accessible("search-filtered")
	choose("kind", "voice")
	p.see("#hits .empty >> " + p.word("inbox.empty.search", "words", "罩"))
	p.accessible("search-empty")
	p.click(".filters-clear")
	p.until("both again", fmt.Sprintf("document.querySelectorAll('%s').length === 2", hit))
	choose("agent", itoa(d.conversation(ann).Agent))
	p.until("of the agent", fmt.Sprintf("document.querySelectorAll('%s').length === 1", hit))
	p.click(".filters-clear")
	for _, words := range []string{`"`, "灯罩\" OR (", "*", "👍"} {
		p.fill("#search", words)
		p.see("#hits .empty >> " + p.word("inbox.empty.search", "words", words))
	}
	// By the end of the openid, and into the conversation.
	p.fill("#search", ann[len(ann)-4:])
	p.click("#hits .hitrow-c")
	p.see("#stream .msg-out >> 灯罩可以单独买")
	p.click("#search")
	p.press(kb.ArrowDown)
	p.until("the focus in the results", "document.activeElement.matches('.hitrow')")
	p.press(kb.ArrowUp)
	p.until("the focus in the field", "document.activeElement.id === 'search'")
}
