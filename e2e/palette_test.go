package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// palette opens it with its key and types into it.
func (p *page) palette(typed string) {
	p.t.Helper()
	p.gone("kf-palette")
	p.press("k", cd.ModifierCtrl)
	p.until("the cursor in the palette", "document.activeElement?.matches('kf-palette input')")
	if typed != "" {
		send(p, input.InsertText, input.InsertTextParams{Text: typed})
		p.until("the words", "document.querySelector('kf-palette input').value === "+quote(typed))
	}
}

// chosen is what Enter would do now.
func (p *page) chosen(words string) {
	p.t.Helper()
	p.until("chosen: "+words, fmt.Sprintf(`(() => {
		const field = document.querySelector('kf-palette input');
		const option = document.getElementById(field.getAttribute('aria-activedescendant'));
		return option?.getAttribute('aria-selected') === 'true' && e2e.words(option).includes(%s);
	})()`, quote(words)))
}

// Every entry of the one list of commands stands in the help sheet when it has a
// key, and in the palette when it can be done, with words and, where it cannot be
// done now, the reason.
func TestEveryCommandIsInPaletteAndHelp(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	type entry struct {
		Name, Area, Why string
		Keys            []string
		Run, Plain      bool
	}
	all := script[[]entry](p, "lib/commands.js",
		`return m.commands.map(({ name, area, keys, why, run, plain }) => ({ name, area, keys, why: why(), run: Boolean(run), plain: Boolean(plain) }));`)
	if len(all) < 15 {
		t.Fatalf("only %d commands", len(all))
	}
	p.press("?")
	p.see("dialog[open] .keysheet")
	p.accessible("help")
	inHelp := strings.Join(eval[[]string](p, "[...document.querySelectorAll('[data-commands]')].map((e) => e.dataset.commands)"), " ")
	p.press(kb.Escape)
	p.gone(".keysheet")
	p.palette("")
	p.accessible("palette")
	inPalette := strings.Join(eval[[]string](p, "[...document.querySelectorAll('kf-palette [role=option]')].map((e) => e.dataset.id)"), " ")
	seen := map[string]bool{}
	for _, one := range all {
		has := func(list string) bool { return strings.Contains(" "+list+" ", " "+one.Name+" ") }
		if seen[one.Name] {
			t.Errorf("%s stands in the list twice", one.Name)
		}
		seen[one.Name] = true
		if (len(one.Keys) > 0) != has(inHelp) {
			t.Errorf("%s with the keys %q, in the help: %v", one.Name, one.Keys, has(inHelp))
		}
		if (one.Run && !one.Plain) != has(inPalette) {
			t.Errorf("%s, can be done: %v, in the palette: %v", one.Name, one.Run, has(inPalette))
		}
		if len(one.Keys) == 0 && !one.Run {
			t.Errorf("%s can neither be pressed nor done", one.Name)
		}
		p.word("keys.do." + one.Name)
		if one.Why != "" {
			p.see(fmt.Sprintf(`kf-palette [data-id=%q][aria-disabled="true"] >> %s`, one.Name, one.Why))
		}
	}
}

// By name: a customer, a deed, a view, a page of the console.
func TestPalette(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	ann, bob := d.customer("安"), d.customer("博")
	d.says(ann, "灯罩底下裂了一条")
	d.says(bob, "几点发货")
	first, second := d.conversation(ann).ID, d.conversation(bob).ID

	p.palette("发货")
	p.see("kf-palette [role=option] .hit >> 发货")
	p.press(kb.Enter)
	p.until("the customer", fmt.Sprintf("location.hash === '#waiting/%d'", second))
	p.gone("kf-palette")

	// From within a field too; a deed that is done by name.
	p.palette(ann[len(ann)-4:])
	p.press(kb.Enter)
	p.until("the other one", fmt.Sprintf("location.hash === '#waiting/%d'", first))
	p.see("#stream .msg-in")
	p.palette(p.word("keys.do.claim"))
	p.press(kb.Enter)
	p.until("it is claimed, with the cursor in the reply", fmt.Sprintf("location.hash === '#mine/%d' && document.activeElement?.id === 'reply'", first))
	p.write("#reply", "写到一半")
	p.palette(">" + p.word("keys.do.reopen"))
	p.see(`kf-palette [data-id="reopen"][aria-disabled="true"] >> ` + p.word("keys.why.not_ended"))
	p.press(kb.Enter)
	p.see("kf-palette")
	p.press(kb.Escape)
	p.gone("kf-palette")
	p.until("the cursor where it was", "document.activeElement?.id === 'reply'")
	p.field("写到一半")

	// Letters in any order of their own, arrows around the end, Ctrl+K closes.
	p.palette("")
	p.press(kb.ArrowUp)
	p.press(kb.ArrowDown)
	p.press("k", cd.ModifierCtrl)
	p.gone("kf-palette")
	p.palette("看束")
	p.chosen(p.word("keys.do.ended"))
	p.press(kb.Enter)
	p.until("another view", fmt.Sprintf("location.hash === '#ended/%d'", first))

	// What was used last comes first.
	p.palette("")
	p.chosen(p.word("keys.do.ended"))
	p.see("kf-palette .menu-label >> " + p.word("keys.area.recent"))
	p.press(kb.Escape)

	p.palette(">没有这样的东西") // of commands alone
	p.see(".palette-none >> " + p.word("keys.palette.none", "words", ">没有这样的东西"))
	p.until("no list", "document.querySelector('kf-palette input').getAttribute('aria-expanded') === 'false'")
	p.accessible("palette-none")
	eval[bool](p, `(() => { // one key after the other, before the page has drawn itself
		const field = document.querySelector('kf-palette input');
		field.closest('dialog').close();
		return field.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true })) || true;
	})()`)
	p.until("it is open again", "document.querySelectorAll('kf-palette').length === 1 && document.querySelector('kf-palette dialog').open")
	p.press(kb.Escape)

	p.palette(p.word("keys.do.send_news"))
	p.press(kb.Enter)
	p.see("#news-title")
	p.press(kb.Escape)
	p.gone("#news-title")

	p.palette(p.word("common.rail.password"))
	p.leave(func() { p.press(kb.Enter) })
	p.until("the page", "location.pathname === '/profile/password'")
}

// While an input method composes, Enter chooses nothing, and what is composed is
// no word yet. A last entry searches all messages.
func TestPaletteWithAnInputMethod(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.palette("")
	send(p, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "dai", SelectionStart: 3, SelectionEnd: 3})
	eval[bool](p, `(() => {
		const field = document.querySelector('kf-palette input');
		for (const one of [{ key: 'Enter', isComposing: true }, { key: 'Process', keyCode: 229 }, { key: 'Enter', keyCode: 229 }]) {
			field.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...one }));
		}
		return true;
	})()`)
	p.see("kf-palette [role=option]")
	p.gone(".palette-none")
	send(p, input.InsertText, input.InsertTextParams{Text: "待接入"})
	p.chosen(p.word("keys.do.waiting"))
	p.press(kb.Escape)

	p.palette(" 灯罩 ")
	p.chosen(p.word("keys.palette.messages", "words", "灯罩"))
	p.press(kb.Enter)
	p.until("the search", "document.querySelector('#search').value === '灯罩' && document.activeElement.id === 'search'")
	p.see(".find-head")
}
