package e2e

import (
	"fmt"
	"slices"
	"testing"

	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A link is put around what is selected, changed again, and led to a mini
// program. WeChat gets it as it wants it written.
func TestLinkEditor(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	tool := fmt.Sprintf(".tools [aria-label=%q]", p.word("composer.link"))
	p.write("#reply", "请看说明书，谢谢")
	eval[bool](p, "(document.querySelector('#reply').setSelectionRange(2, 5), true)")
	p.click(tool)
	p.until("the selection as the label", "document.querySelector('#link-label').value === '说明书'")
	p.fill("#link-href", "example.com")
	p.press(kb.Tab)
	p.see(".field-error >> " + p.word("composer.link.fault.href"))
	p.until("a button that is off", "document.querySelector('kf-link .btn-primary').disabled")
	p.fill("#link-href", "https://example.com/a?b=1&c=2")
	p.see("kf-link .wx-bubble >> 请看说明书，谢谢")
	p.accessible("link editor")
	p.press(kb.Enter)
	p.gone("kf-link dialog")
	p.field(`请看<a href="https://example.com/a?b=1&c=2">说明书</a>，谢谢`)

	eval[bool](p, "(document.querySelector('#reply').setSelectionRange(9, 9), true)")
	p.click(tool)
	p.until("the link under the cursor", "document.querySelector('#link-href').value === 'https://example.com/a?b=1&c=2'")
	p.click("kf-link label >> " + p.word("composer.link.program"))
	p.see("kf-link [role=status] >> " + p.word("composer.link.first.appid"))
	p.fill("#link-appid", shop.MiniPrograms[0].AppID)
	p.fill("#link-path", "pages/index/index?id=1")
	p.accessible("link editor, mini program")
	p.click("kf-link .btn-primary")
	p.gone("kf-link dialog")
	want := `请看<a href="https://example.com/a?b=1&c=2" data-miniprogram-appid="` + shop.MiniPrograms[0].AppID + `" data-miniprogram-path="pages/index/index?id=1">说明书</a>，谢谢`
	p.field(want)
	p.press(kb.Enter)
	if got := d.received(ann, 1)[0].Text(); got != want {
		t.Errorf("sent: %q", got)
	}

	// Undone with the browser's own undo, removed by the editor.
	p.click(tool)
	p.press(kb.Escape)
	p.gone("kf-link dialog")
	p.write("#reply", `<a href="https://a.cn">甲</a>`)
	eval[bool](p, "(document.querySelector('#reply').setSelectionRange(4, 4), true)")
	p.click(tool)
	p.click("kf-link button >> " + p.word("composer.link.unlink"))
	p.field("甲")
}

// A link that WeChat would refuse does not leave, and the reason is told.
func TestLinksThatAreWrong(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	for text, fault := range map[string]string{
		`看<a href="https://a.cn">这里`:                                   "tag",
		`看<a href='https://a.cn'>这里</a>`:                               "tag",
		`看<a>这里</a>`:                                                   "tag",
		`看<a href="a.cn">这里</a>`:                                       "href",
		`看<a href="https://a.cn"> </a>`:                                "label",
		`看<a href="https://a.cn" data-miniprogram-appid="gh_1">这里</a>`: "appid",
	} {
		p.fill("#reply", text)
		p.see(".hint-bad >> " + p.word("composer.hint.link."+fault))
		p.until("a button that is off", "document.querySelector('kf-composer .send').disabled")
		p.press(kb.Enter)
		p.field(text)
	}
	for i, text := range []string{"a<b，若 x<a 则 1", `<a href="weixin://bizmsgmenu?msgmenucontent=好&msgmenuid=1">好</a>`} {
		p.fill("#reply", text)
		p.press(kb.Enter, cd.ModifierCtrl)
		if got := d.received(ann, i+1)[i].Text(); got != text {
			t.Errorf("sent: %q", got)
		}
	}
}

// A link that is not written as WeChat wants it is still one link to all who
// read it; by hand it is not let through.
func TestLinksAreReadGenerously(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	const odd = `<A HREF='https://a.cn/?b=1&amp;c=2'>甲</A>`
	got := script[[]string](p, "lib/text.js", `
		const { linksIn, faultIn } = await import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/anchor.js');
		const { render } = await import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/html.js');
		const seen = (text) => {
			const box = document.createElement('div');
			render(m.renderText(text, { links: true, own: true }), box);
			return box;
		};
		const odd = `+quote(odd)+`;
		const [link] = linksIn('看' + odd + '吧');
		return [link.source, link.href, link.label, faultIn(odd), faultIn(odd.replaceAll("'", '"')), faultIn(odd.toLowerCase()),
			seen(odd).querySelector('a').href, seen('<A HREF = "weixin://bizmsgmenu?msgmenuid=1">好</a>').querySelector('.inapp').innerText,
			seen("<a href='javascript:alert(1)'>乙</a>").textContent];`)
	want := []string{odd, "https://a.cn/?b=1&c=2", "甲", "tag", "tag", "tag", "https://a.cn/?b=1&c=2", "好 " + p.word("inbox.text.menu"), "<a href='javascript:alert(1)'>乙</a>"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
