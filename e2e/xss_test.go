package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"
)

// notes keeps each breach of the content policy and of Trusted Types: a text that
// only the policy has stopped is a fault all the same.
const notesBreaches = `window.breaches = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => window.breaches.push([effectiveDirective, blockedURI, sample].join(' ')));`

// harm finds what of the page is more than text: elements and handlers that came out
// of one, addresses that run or load from elsewhere, what has run, and a page that a
// long word has made too wide.
const harm = `(() => {
	const found = [...(window.breaches ?? [])];
	if (window.__xss) found.push('a script has run');
	const loads = ['src', 'srcset', 'poster', 'data', 'action', 'formaction', 'background'];
	for (const one of document.querySelectorAll('*')) {
		const tell = (why) => found.push(why + ': ' + one.outerHTML.slice(0, 160));
		if (one.localName === 'xss' || one.hasAttribute('xss')) tell('an element');
		if (one.matches('iframe, frame, object, embed, base, marquee, meta[http-equiv=refresh i], a:not([href]) > style')) tell('an element');
		for (const { name, value } of one.attributes) {
			if (/^on/i.test(name) || name === 'srcdoc') tell('a handler');
			const link = name === 'href' || name === 'xlink:href';
			if (!link && !loads.includes(name) || !value && name !== 'src') continue;
			let to;
			try { to = new URL(value, location.href) } catch { tell('an odd address'); continue }
			const inside = ['blob:', 'data:'].includes(to.protocol);
			const own = to.host === location.host || inside && (!link || one.matches('[download], link[rel=icon]')); // the icon is drawn with a number in it
			if (!inside && !['http:', 'https:', 'file:'].includes(to.protocol) || inside && !own) tell('an address that runs');
			if (!own && !one.matches('a')) tell('an address elsewhere');
			if (!own && link && one.target === '_blank' && !/noopener|noreferrer/.test(one.rel)) tell('a page that can reach this one');
		}
	}
	const wide = document.documentElement.scrollWidth - innerWidth;
	if (wide > 0) found.push(wide + ' pixels too wide');
	return [...new Set(found)].slice(0, 8);
})()`

// clean wants all hostile texts of what is shown now to be texts.
func (p *page) clean(what string) {
	p.t.Helper()
	for _, one := range eval[[]string](p, harm) {
		p.t.Errorf("%s, %s: %s", p.look, what, one)
	}
}

// hostileDesk is the demo whose database is full of hostile texts.
func hostileDesk(t *testing.T) (*play, []string) {
	t.Helper()
	texts, data := hostileTexts(t), t.TempDir()
	d := &play{t: t, server: serve(t, "-sandbox", "-data", data)}
	for n, text := range texts {
		if n%3 == 0 && strings.TrimSpace(text) != "" {
			d.act(demoMing, "text", "text", text)
		}
	}
	d.act(demoMing, "link", "title", texts[1], "description", texts[2], "url", "javascript:__xss=1//"+texts[32])
	d.stop()
	indexes, err := filepath.Glob(filepath.Join(data, "sandbox", "search.db*"))
	must(t, err)
	for _, one := range indexes {
		must(t, os.Remove(one)) // it is made again
	}
	plant(t, filepath.Join(data, "sandbox", "kfdesk.db"), texts)
	d.start()
	return d, texts
}

// noting signs the admin in with a page that notes breaches.
func (d *play) noting(l look) *page {
	d.t.Helper()
	p := newPage(d.t, "zhouzhe", d.URL, l)
	send(p, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: notesBreaches})
	p.open("/login")
	p.see("[href^='/login/oidc']")
	p.clean("/login")
	p.fill("#login", "zhouzhe")
	p.fill("#password", demoPassword)
	p.press(kb.Enter)
	p.live(1)
	return p
}

// onlyHome fails when the page has asked anybody but the console.
func (p *page) onlyHome() {
	p.t.Helper()
	for _, line := range strings.Split(p.watch.String(), "\n") {
		method, address, _ := strings.Cut(line, " ")
		if u, err := url.Parse(address); err == nil && slices.Contains([]string{"GET", "POST", "PUT"}, method) && strings.HasPrefix(u.Scheme, "http") && !strings.HasPrefix(address, p.base+"/") {
			p.t.Errorf("it asked %s", address)
		}
	}
}

// Whatever a customer, an agent or WeChat has written, and wherever it is shown: it
// stays text. Nothing runs, no element and no address comes of it, and the content
// policy has nothing to stop.
func TestHostileTextsInTheInbox(t *testing.T) {
	parallel(t)
	d, texts := hostileDesk(t)
	p := d.noting(look{})
	type one struct {
		ID       int64
		State    string
		Customer struct{ OpenID string }
	}
	list := eval[struct{ Conversations []one }](p, "fetch('/api/v1/conversations?view=active').then((r) => r.json())").Conversations
	ended := eval[struct{ Conversations []one }](p, "fetch('/api/v1/conversations?view=ended').then((r) => r.json())").Conversations
	if len(list)+len(ended) < len(texts)/2 {
		t.Fatalf("%d and %d conversations of %d texts", len(list), len(ended), len(texts))
	}
	p.narrow(1440, 6000) // all rows are drawn
	for view, mark := range map[string]string{"mine": ".view[href^='#mine']", "waiting": ".view[href^='#waiting']", "all": ".view[href^='#all']",
		"ended": ".view[href^='#ended']", "blocked": ".blocklist", "closing": ".radar"} {
		eval[bool](p, fmt.Sprintf("(location.hash = '#%s', true)", view))
		p.see(mark + "[aria-current=page]")
		p.see("#rows .conv, #rows .empty")
		eval[bool](p, "document.querySelector('#rows').dispatchEvent(new Event('scroll'))")
		p.clean(view)
	}
	p.set(look{})
	var mine int64 // one that can be answered
	opened := 0
	for _, v := range append(list, ended...) {
		view := map[string]string{"waiting": "waiting", "closed": "ended"}[v.State]
		if view == "" {
			view = "all"
		}
		p.show(view, v.ID)
		p.until("the thread and the panel", fmt.Sprintf("document.querySelector('.panel .cust code')?.title === %s && document.querySelector('#stream .msg, #stream .evt')", quote(v.Customer.OpenID)))
		opened += eval[int](p, "e2e.find('#stream .raw summary').map((one) => one.click()).length")
		p.until("the pushes as they came", "[...document.querySelectorAll('#stream .raw')].every((one) => one.querySelector('.raw-text'))")
		p.clean(fmt.Sprint("conversation ", v.ID, " ", v.State))
		if eval[bool](p, "Boolean(document.querySelector('#reply'))") {
			mine = v.ID
		}
	}
	if opened == 0 || mine == 0 {
		t.Fatalf("%d pushes as they came, and %d can be answered", opened, mine)
	}
	p.hostileStates(list[len(list)-1].ID, texts)
	p.show("all", mine)
	p.hostileWriting()
	p.hostileDialogs()
	chen := list[slices.IndexFunc(list, func(v one) bool { return v.Customer.OpenID == demoChen })].ID
	p.show("all", chen)
	for _, text := range texts[:20] { // into the open inbox
		d.act(demoChen, "text", "text", text)
	}
	p.until("the messages", "document.querySelectorAll('#stream .msg-in').length > 20")
	p.clean("live")
	p.onlyHome()
	p.seen("hostile-inbox")
	p.set(look{phone: true})
	p.reload()
	p.live(1)
	p.clean("on a phone")
	p.seen("hostile-inbox")
}

// hostileStates opens what lies over the inbox: palettes, menus, dialogs, search.
func (p *page) hostileStates(open int64, texts []string) {
	p.t.Helper()
	p.show("all", open)
	for _, text := range []string{texts[1], texts[30], "<", "__proto__", "evil"} {
		p.palette(text)
		p.clean("palette of " + text)
		p.press(kb.Escape)
		p.gone("kf-palette")
	}
	for _, text := range []string{"evil", "script", "xss onerror", `"><img src=x xss onerror=__xss=1>`, "__proto__"} {
		p.fill("#search", text)
		p.until("an answer", "document.querySelector('.app-search .find-sum, .app-search .empty')")
		p.clean("search for " + text)
	}
	p.press(kb.Escape)
	p.press(kb.Escape)
	p.show("all", open)
	for key, shown := range map[string]string{"t": ".pop-tags", "?": "dialog[open]"} {
		eval[bool](p, "(document.activeElement.blur(), true)")
		p.press(key)
		p.see(shown)
		p.clean(shown)
		p.press(kb.Escape)
		p.gone(shown)
	}
	p.click(".thread-acts [aria-haspopup=menu]")
	p.see("[role=menu]")
	p.clean("menu")
	p.press(kb.Escape)
}

// hostileWriting opens what puts something into a reply: quick replies, editors with
// what was sent before, articles.
func (p *page) hostileWriting() {
	p.t.Helper()
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("quick.title")))
	for n := range 20 { // of all types
		p.until("a quick reply", fmt.Sprintf("document.querySelectorAll('kf-quick [role=option]')[%d]?.ariaSelected === 'true'", n))
		p.clean(fmt.Sprint("quick reply ", n))
		p.press(kb.ArrowDown)
	}
	p.press(kb.Escape)
	p.gone("kf-quick")
	for _, name := range []string{"news", "music", "msgmenu", "miniprogrampage", "wxcard"} {
		if name == "news" {
			p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
		} else {
			p.editor(name)
			p.see("kf-" + name + " .recent")
		}
		p.see("kf-" + name + " .wx-screen")
		p.clean(name)
		for n := range p.texts("kf-" + name + " .recent button") {
			p.click(fmt.Sprintf("kf-%s .recent button:nth-child(%d)", name, n+1))
			p.clean(fmt.Sprint(name, " as sent before, ", n))
		}
		p.click("kf-" + name + " .dialog-head button")
		p.gone("kf-" + name + " dialog")
	}
	p.editor("articles")
	for _, kind := range []string{"article", "material"} {
		p.click("kf-articles .seg label >> " + p.word("editor.articles."+kind))
		p.see("kf-articles .callout-warn >> onerror")
		p.see("kf-articles .art")
		p.clean(kind)
	}
	p.fill("kf-articles [type=search]", "script")
	p.until("what was found", "e2e.find('kf-articles .art').every((one) => one.querySelector('.hit'))")
	p.click("kf-articles .art")
	p.see("kf-articles .wx-card >> script")
	p.clean("articles that were found")
	p.click("kf-articles .dialog-head button")
	p.gone("kf-articles dialog")
}

// hostileDialogs opens what names messages, customers and colleagues.
func (p *page) hostileDialogs() {
	p.t.Helper()
	shut := func(dialog, line string) {
		p.t.Helper()
		p.see(dialog + " " + line)
		p.clean(dialog)
		p.click(dialog + " .dialog-head button")
		p.gone(dialog)
	}
	p.click("#stream .msg:has(.bubble-text):not(:has(.unknown)) .msg-more")
	p.see(".msg-menu [role=menuitem]")
	p.clean("the menu of a message")
	p.click("[role=menuitem] >> " + p.word("inbox.forward.to"))
	shut("kf-forward", ".pick label")
	p.click(".thread-acts [title='Shift+T']")
	shut("kf-handover", ".pick label >> xss")
	p.click(".thread-acts [aria-haspopup=menu]")
	p.click("[role=menuitem] >> " + p.word("handover.invite.menu"))
	shut("kf-handover", ".pick label >> xss")
	eval[bool](p, "(document.activeElement.blur(), true)")
	p.press("m")
	p.write(".composer-note textarea", " @")
	p.see(".mentions [role=option]")
	p.clean("whom a note can name")
}

// The pages that are read and submitted: every address that one of them leads to,
// a few of a kind.
func TestHostileTextsOnThePages(t *testing.T) {
	parallel(t)
	d, texts := hostileDesk(t)
	p := d.noting(look{})
	queue := []string{"/agents", "/accounts", "/kf-accounts", "/settings", "/settings/routing", "/settings/tags", "/settings/data", "/settings/security", "/settings/backup",
		"/settings/component", "/profile", "/quick-replies", "/audit?time=all", "/audit?time=range", "/audit?q=" + url.QueryEscape(texts[32]) + "&time=all", "/customers/5", "/customers/40", "/customers/41/erase",
		"/setup/connect", "/setup/account", "/kf-accounts/sessions", "/quick-replies/import", "/login?next=" + url.QueryEscape("//evil.invalid"), "/join/" + url.PathEscape(texts[32]), "/offline"}
	seen, kinds := map[string]bool{}, map[string]int{}
	many := regexp.MustCompile(`/kf-accounts/\d+/[^/?]+|\d+|=[^&]*`) // what one of a kind has of its own
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		kind := many.ReplaceAllString(at, "N")
		if seen[at] || kinds[kind] > 0 || regexp.MustCompile(`export|download|/media/|^/phone|^/static|openapi|recovery|/state|^/$|^/login/oidc`).MatchString(at) {
			continue
		}
		seen[at], kinds[kind] = true, kinds[kind]+1
		if strings.HasPrefix(at, "/join/") {
			p.watch.expect("answer 4(04|10) .*/join/")
		}
		p.open(at)
		p.see("h1, h2")
		p.clean(at)
		queue = append(queue, eval[[]string](p, `[...document.querySelectorAll('a[href^="/"]:not([download])')].map((a) => a.getAttribute('href').split('#')[0])`)...)
	}
	if len(kinds) < 25 {
		t.Errorf("only %d kinds of pages: %v", len(kinds), kinds)
	}
	p.set(look{phone: true})
	for _, at := range []string{"/agents", "/kf-accounts", "/settings/tags", "/quick-replies", "/audit?time=all", "/settings/routing"} {
		p.open(at)
		p.see("h1, h2")
		p.clean(at)
	}
	p.set(look{})
	for _, at := range []string{"/agents", "/audit"} {
		p.open(at)
		p.seen("hostile-" + at[1:])
	}
	p.open("/phone#" + demoMing)
	p.see(".wx-msg")
	p.clean("the phone")
	p.onlyHome()
	d.exports(p)
}

// exports looks at what leaves the console as files: tables in which no cell
// computes, and a customer's record, which is opened where no policy helps.
func (d *play) exports(p *page) {
	t := d.t
	t.Helper()
	cookie := eval[string](p, "document.cookie") // the session's is out of a script's reach
	if strings.Contains(cookie, "kfdesk=") {
		t.Error("scripts can read the session")
	}
	for _, at := range []string{"/audit/export?time=all", "/quick-replies/export"} {
		text := eval[string](p, fmt.Sprintf("fetch(%s).then((r) => r.text())", quote(at)))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		must(t, err)
		if len(rows) < 50 {
			t.Errorf("%s has %d rows", at, len(rows))
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("%s: a cell that computes: %q", at, cell)
				}
			}
		}
	}
	for _, id := range []int{8, 20, 30, 40} {
		packed := eval[string](p, fmt.Sprintf(`fetch('/customers/%d/export').then((r) => r.blob()).then((blob) => new Promise((done) => {
			const reader = new FileReader();
			reader.onload = () => done(reader.result.split(',')[1]);
			reader.readAsDataURL(blob);
		}))`, id))
		raw, err := base64.StdEncoding.DecodeString(packed)
		must(t, err)
		archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		must(t, err)
		dir := t.TempDir()
		for _, f := range archive.File {
			if !filepath.IsLocal(f.Name) || strings.ContainsAny(f.Name, "\\:\x00\r\n<>\"") {
				t.Errorf("a file called %q", f.Name)
				continue
			}
			in, err := f.Open()
			must(t, err)
			body, err := io.ReadAll(in)
			must(t, err)
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o755))
			must(t, os.WriteFile(filepath.Join(dir, f.Name), body, 0o644))
			if http.DetectContentType(body) == "text/html; charset=utf-8" {
				q := newPage(t, "record", "file://"+dir, look{})
				q.open("/" + f.Name)
				q.see("h1, h2")
				q.clean("the record of a customer")
			}
		}
	}
}
