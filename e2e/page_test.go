package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	cd "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// look is how a page is seen. The zero value is a desktop in Chinese.
type look struct {
	phone bool
	dark  bool
	lang  string
}

func (l look) String() string {
	words := []string{"desktop", "light", "zh-CN"}
	if l.phone {
		words[0] = "phone"
	}
	if l.dark {
		words[1] = "dark"
	}
	if l.lang != "" {
		words[2] = l.lang
	}
	return strings.Join(words, "-")
}

// page is one tab of a browser.
type page struct {
	t     testing.TB
	name  string
	base  string
	look  look
	ctx   context.Context
	watch *watch
}

// newPage opens a tab in a browser profile of its own.
func newPage(t testing.TB, name, base string, l look) *page {
	t.Helper()
	return openTab(t, launched(t), name, base, l, cd.WithNewBrowserContext())
}

// tab opens another tab beside this one.
func (p *page) tab(name string) *page {
	p.t.Helper()
	return openTab(p.t, p.ctx, name, p.base, p.look)
}

func openTab(t testing.TB, parent context.Context, name, base string, l look, options ...cd.ContextOption) *page {
	t.Helper()
	p := &page{t: t, name: name, base: base, look: l, watch: &watch{}}
	ctx, cancel := cd.NewContext(parent, append(options, cd.WithListener(p.watch.hear))...)
	p.ctx = ctx
	t.Cleanup(func() { p.finish(); cancel() })
	must(t, cd.Do(ctx)) // the tab lives as long as this context: no deadline here
	p.set(l)
	return p
}

// set makes the tab look like the device.
func (p *page) set(l look) {
	p.t.Helper()
	p.look = l
	theme := "light"
	if l.dark {
		theme = "dark"
	}
	size := cd.EmulateViewport(1440, 900)
	if l.phone {
		size = cd.EmulateViewport(390, 844, cd.EmulateMobile, cd.EmulateTouch, cd.EmulatePortrait, cd.EmulateScale(2))
	}
	send(p, network.Enable, network.EnableParams{})
	send(p, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript})
	send(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	send(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Shanghai"})
	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	if l.lang != "" {
		send(p, network.SetCookie, network.SetCookieParams{Name: "lang", Value: l.lang, URL: p.base})
	}
	p.do(size)
}

// narrow gives the window another size, as zoom does.
func (p *page) narrow(width, height int64) {
	p.t.Helper()
	p.do(cd.EmulateViewport(width, height))
}

// finish looks at what the page complained of, and keeps what a failed test
// needs to be understood.
func (p *page) finish() {
	for _, line := range p.watch.trouble() {
		p.t.Errorf("%s: %s", p.name, line)
	}
	if !p.t.Failed() {
		return
	}
	keep(p.t, p.name+".log", []byte(p.watch.String()))
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	if html, err := cd.Run(ctx, cd.Evaluate[string]("location.href + '\\n' + document.documentElement.outerHTML")); err == nil {
		keep(p.t, p.name+".html", []byte(html))
	}
	if picture, err := cd.Run(ctx, cd.CaptureScreenshot()); err == nil {
		keep(p.t, p.name+".png", picture)
	}
}

func (p *page) do(steps ...cd.Action[cd.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := cd.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// open goes to an address of the console.
func (p *page) open(path string) {
	p.t.Helper()
	p.do(cd.Navigate(p.base + path))
}

func (p *page) reload() {
	p.t.Helper()
	p.do(cd.Reload())
}

// look up a value in the page; promises are awaited.
func eval[T any](p *page, js string) T {
	p.t.Helper()
	value, err := try[T](p, js)
	if err != nil {
		p.t.Fatalf("%s: %v in\n%s", p.name, err, js)
	}
	return value
}

func try[T any](p *page, js string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return cd.Run(ctx, cd.Evaluate[T](js, cd.EvalAwaitPromise))
}

// leave does something that leads to another page, and waits until it is there.
func (p *page) leave(do func()) {
	p.t.Helper()
	eval[bool](p, "window.e2e.old = true")
	do()
	p.until("another page", "!window.e2e.old && document.readyState === 'complete'")
}

// until waits for a state that stays. Never wait for one that passes by.
func (p *page) until(what, js string) {
	p.t.Helper()
	var last error
	eventually(p.t, p.name+": "+what, func() bool {
		var ok bool
		ok, last = try[bool](p, "Promise.resolve("+js+").then(Boolean)")
		return last == nil && ok
	}, func() string { return fmt.Sprintf("%s\n%v", js, last) })
}

// see waits until there is an element for the selector (see testdata/page.js).
func (p *page) see(selector string) {
	p.t.Helper()
	p.until("see "+selector, fmt.Sprintf("e2e.find(%s).length", quote(selector)))
}

// gone waits until there is none.
func (p *page) gone(selector string) {
	p.t.Helper()
	p.until("no "+selector, fmt.Sprintf("!e2e.find(%s).length", quote(selector)))
}

// told waits until a toast has said these words, now or before.
func (p *page) told(words string) {
	p.t.Helper()
	p.until("a toast: "+words, fmt.Sprintf("e2e.announced.some((text) => text.includes(%s))", quote(words)))
}

// texts are the words of all elements for the selector, as they are now.
func (p *page) texts(selector string) []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf("e2e.text(%s)", quote(selector)))
}

type point struct {
	X, Y float64
	Why  string
}

// point waits until a person could click there.
func (p *page) point(selector string) point {
	p.t.Helper()
	return p.place("point", selector)
}

func (p *page) place(how, selector string) point {
	p.t.Helper()
	var at point
	var err error
	eventually(p.t, p.name+": click "+selector, func() bool {
		at, err = try[point](p, fmt.Sprintf("e2e.%s(%s)", how, quote(selector)))
		return err == nil && at.Why == ""
	}, func() string { return fmt.Sprint(at.Why, " ", err) })
	return at
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.hit(selector, func(at point) {
		p.do(cd.MouseEvent(cd.MouseMoved, at.X, at.Y), cd.MouseClickXY(at.X, at.Y))
	})
}

// hit aims and presses until it has met: see testdata/page.js.
func (p *page) hit(selector string, press func(at point)) {
	p.t.Helper()
	eventually(p.t, p.name+": hit "+selector, func() bool {
		press(p.place("aim", selector))
		landed, err := try[bool](p, "!window.e2e || e2e.landed()")
		return err != nil || landed // it may have led to another page
	}, func() string { return "it moved away each time" })
}

// tap is a click with a finger.
func (p *page) tap(selector string) {
	p.t.Helper()
	p.hit(selector, func(at point) { p.do(cd.TapXY(at.X, at.Y)) })
}

// write adds text to a field, as an input method does.
func (p *page) write(selector, text string) {
	p.t.Helper()
	p.click(selector)
	eval[bool](p, "(document.activeElement.setSelectionRange?.(1e6, 1e6), true)")
	send(p, input.InsertText, input.InsertTextParams{Text: text})
}

// fill replaces what is in a field.
func (p *page) fill(selector, text string) {
	p.t.Helper()
	p.click(selector)
	eval[bool](p, "(document.activeElement.select(), true)")
	send(p, input.InsertText, input.InsertTextParams{Text: text})
}

// press presses keys one after another, as a keyboard does: a letter is written
// only when the page lets its key down pass.
func (p *page) press(keys string, modifiers ...cd.Modifier) {
	p.t.Helper()
	for _, r := range keys {
		key := kb.Keys[r]
		if key == nil {
			p.t.Fatalf("there is no key for %q", r)
		}
		held := cd.ModifierNone
		for _, m := range modifiers {
			held |= m
		}
		if key.Shift {
			held |= cd.ModifierShift
		}
		event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key.Key, Code: key.Code,
			WindowsVirtualKeyCode: key.Windows, Modifiers: int64(held)}
		if key.Print && held&^cd.ModifierShift == 0 {
			event.Text = key.Text
		}
		send(p, input.DispatchKeyEvent, event)
		event.Type, event.Text = input.DispatchKeyEventTypeKeyUp, ""
		send(p, input.DispatchKeyEvent, event)
	}
}

// holds keeps Enter down, as a keyboard tells it: the same key again and again.
func (p *page) holds() {
	p.t.Helper()
	key := kb.Keys['\r']
	for range 5 {
		send(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key.Key, Code: key.Code,
			WindowsVirtualKeyCode: key.Windows, Text: key.Text, AutoRepeat: new(true)})
	}
}

// picture is what is on the screen now. On a busy machine Chromium may never
// answer, and does when it is asked again.
func (p *page) picture() []byte {
	p.t.Helper()
	var image []byte
	var err error
	for range 3 {
		ctx, cancel := context.WithTimeout(p.ctx, patience/3)
		image, err = cd.Run(ctx, cd.CaptureScreenshot())
		cancel()
		if err == nil {
			break
		}
	}
	must(p.t, err)
	return image
}

// grant gives the page a permission that a person would be asked for.
func (p *page) grant(names ...string) {
	p.t.Helper()
	for _, name := range names {
		_, err := cd.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name},
			Setting: browser.PermissionSettingGranted, Origin: p.base, BrowserContextID: cd.FromContext(p.ctx).BrowserContextID})
		must(p.t, err)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func quote(text string) string {
	b, _ := json.Marshal(text) // a string always encodes
	return string(b)
}

// send gives the browser a command of its protocol.
func send[P, R any](p *page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := cd.Call(ctx, command, params)
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, command.Method, err)
	}
	return answer
}
