package e2e

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/chromedp/cdproto/input"
	cd "github.com/chromedp/chromedp"
)

// clipboard is one for the whole browser.
var clipboard sync.Mutex

// pastePicture copies a picture and presses Ctrl+V where the cursor is.
func (p *page) pastePicture(png []byte) {
	p.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	p.grant("clipboard-read", "clipboard-write")
	eval[bool](p, fmt.Sprintf(`(async () => {
		const bytes = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));
		await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
		return true;
	})()`, base64.StdEncoding.EncodeToString(png)))
	send(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "v", Code: "KeyV",
		WindowsVirtualKeyCode: 'V', Modifiers: int64(cd.ModifierCtrl), Commands: []string{"paste"}})
	send(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "v", Code: "KeyV",
		WindowsVirtualKeyCode: 'V', Modifiers: int64(cd.ModifierCtrl)})
}

// drag holds files from the disk over an element; drop lets them fall there.
func (p *page) drag(selector string, files ...string) (drop func()) {
	p.t.Helper()
	for i, f := range files {
		path, err := filepath.Abs(f)
		must(p.t, err)
		files[i] = path
	}
	at := p.point(selector)
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: files, DragOperationsMask: 1}
	event := func(kind input.DispatchDragEventType) {
		p.t.Helper()
		send(p, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y, Data: data})
	}
	event(input.DispatchDragEventTypeDragEnter)
	event(input.DispatchDragEventTypeDragOver)
	return func() { p.t.Helper(); event(input.DispatchDragEventTypeDrop) }
}

// keepDown keeps the button of the mouse down on an element while something happens.
func (p *page) keepDown(selector string, meanwhile func()) {
	p.t.Helper()
	at := p.point(selector)
	button := func(kind input.DispatchMouseEventType) {
		p.t.Helper()
		send(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, ClickCount: 1})
	}
	button(input.DispatchMouseEventTypeMousePressed)
	meanwhile()
	button(input.DispatchMouseEventTypeMouseReleased)
}

// compose shows what an input method has so far, as yet undecided.
func (p *page) compose(text string) {
	p.t.Helper()
	n := int64(len([]rune(text)))
	send(p, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
}

// commit ends the composition with this text.
func (p *page) commit(text string) {
	p.t.Helper()
	send(p, input.InsertText, input.InsertTextParams{Text: text})
}

// rawKey presses a key that an input method takes: it writes nothing.
func (p *page) rawKey(key string, code int64) {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		send(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key, Code: key, WindowsVirtualKeyCode: code})
	}
}

// choose puts files into the file field of an element.
func (p *page) choose(selector string, files ...string) {
	p.t.Helper()
	for i, f := range files {
		path, err := filepath.Abs(f)
		must(p.t, err)
		files[i] = path
	}
	p.do(cd.SetUploadFiles(cd.CSS(selector), files))
}

// rest opens the menu of a message, with the pointer or a finger that rests. The
// finger is told to the page alone: one that is told to the browser leaves it
// unable to take pictures.
func (p *page) rest(selector string) {
	p.t.Helper()
	if !p.look.phone {
		p.click(selector + " .msg-more")
		return
	}
	finger := func(what string) {
		p.t.Helper()
		eval[bool](p, fmt.Sprintf(`(e2e.find(%s)[0].dispatchEvent(new PointerEvent(%q, { pointerType: 'touch', bubbles: true, isPrimary: true })), true)`,
			quote(selector+" .bubble"), what))
	}
	finger("pointerdown")
	p.see("[role=menu]")
	finger("pointerup")
}

// pull drags something with the mouse and lets go of it over another.
func (p *page) pull(selector, over string) {
	p.t.Helper()
	from, to := p.point(selector), p.point(over)
	mouse := func(kind input.DispatchMouseEventType, at point, buttons int64) {
		p.t.Helper()
		send(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1})
	}
	mouse(input.DispatchMouseEventTypeMousePressed, from, 1)
	for i := 1; i <= 8; i++ {
		step := point{X: from.X + (to.X-from.X)*float64(i)/8, Y: from.Y + (to.Y-from.Y)*float64(i)/8}
		mouse(input.DispatchMouseEventTypeMouseMoved, step, 1)
	}
	mouse(input.DispatchMouseEventTypeMouseReleased, to, 0)
}
