package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// An admin goes from the conversation to the customer's data and erases them. The
// agent who serves them sees it go at once, the search knows nothing of them, and
// no file of the data directory holds their words.
func TestCustomerIsErased(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	ann, bob := d.customer("安"), d.customer("白")
	d.says(ann, "my secret street is zyxwvut")
	d.says(bob, "我先留着")
	d.settle()
	xiaoli := d.agent("xiaoli")
	id := d.conversation(ann).ID
	xiaoli.claim(id)
	xiaoli.reply("answer about zyxwvut")
	d.received(ann, 1)

	xiaoli.write("#reply", "begun about zyxwvut")
	xiaoli.until("a draft in the browser", "Object.values(localStorage).some((v) => v.includes('begun about zyxwvut'))")

	p := d.agent("admin")
	p.show("all", id)
	p.click(".thread-acts [aria-haspopup=menu]")
	p.leave(func() { p.click("[role=menuitem] >> " + p.word("data.menu")) })
	p.see("main .facts")
	for _, l := range looks {
		p.set(l)
		p.reload()
		p.see("main .facts")
		p.seen("customer")
		p.click(".btn-danger-quiet")
		p.see("dialog .bullets")
		p.seen("customer-erase")
		p.leave(func() { p.press(kb.Escape) })
	}
	p.set(look{lang: "zh-CN"})
	p.reload()
	p.click(".btn-danger-quiet")
	p.fill("#proof", "oops")
	p.watch.expect("answer 422")
	p.leave(func() { p.click("dialog .btn-danger") })
	p.see(".field-error >> " + p.word("data.erase.wrong"))
	p.fill("#proof", ann[len(ann)-4:])
	p.leave(func() { p.click("dialog .btn-danger") })
	p.see(".page-notice >> " + p.word("page.done.customer_erased"))
	p.see(".audit >> " + p.word("audit.customer.erase"))
	xiaoli.until("their own list", "location.hash === '#mine'")
	xiaoli.until("nothing of them in the browser", "!Object.entries(localStorage).some((e) => e.join().includes('zyxwvut'))")
	xiaoli.gone(".conv >> zyxwvut")
	xiaoli.gone("#stream >> zyxwvut")

	type found struct{ Hits, Customers []any }
	eventually(t, "an empty search", func() bool {
		f := call[found](d, "GET", "search?q=zyxwvut", nil)
		return len(f.Hits)+len(f.Customers) == 0
	}, func() string { return "" })
	if f := call[found](d, "GET", "search?q="+ann, nil); len(f.Customers) > 0 {
		t.Error("the customer is found")
	}
	p.open("/settings/data")
	for _, l := range looks {
		p.set(l)
		p.reload()
		p.see("#audit_days")
		p.seen("settings-data")
	}
	if code := d.stop(); code != 0 {
		t.Fatalf("the program ended with %d", code)
	}
	must(t, filepath.WalkDir(d.data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) == ".kfbackup" { // the night's backup, from before: the page says so
			return err
		}
		b, err := os.ReadFile(path)
		for _, word := range []string{"zyxwvut", ann} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s holds %q", path, word)
			}
		}
		return err
	}))
	xiaoli.watch.expect(".*")
	p.watch.expect(".*")
}
