package e2e

import (
	"slices"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
)

// The console can be installed: the browser takes the manifest and its pictures,
// and while the server is away a page of ours says so. Nothing with data is kept.
func TestInstallable(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := newPage(t, "xiaoli", d.URL, look{phone: true})
	p.open("/login")
	eval[bool](p, "caches.open('kf of an older build').then(() => true)")
	p.fill("#login", "xiaoli")
	p.fill("#password", password)
	p.leave(func() { p.click("[type=submit]") })
	p.live(1)
	manifest := send(p, cdpage.GetAppManifest, cdpage.GetAppManifestParams{})
	if len(manifest.Errors) > 0 || manifest.URL == "" {
		t.Errorf("the manifest at %q: %+v", manifest.URL, manifest.Errors)
	}
	for _, icon := range eval[[]string](p, `(async () => {
		const address = document.querySelector('link[rel="manifest"]').href;
		const { icons } = await (await fetch(address)).json();
		const wrong = [];
		for (const { src, sizes } of icons) {
			const image = new Image();
			image.src = new URL(src, address);
			await image.decode();
			if (sizes !== 'any' && sizes !== image.naturalWidth + 'x' + image.naturalHeight) wrong.push(src);
		}
		return wrong;
	})()`) {
		t.Errorf("%s has another size than the manifest says", icon)
	}
	p.until("the worker", "navigator.serviceWorker.ready.then(({ active, scope }) => active.state === 'activated' && scope === location.origin + '/')")
	p.until("no cache of another build", "caches.keys().then((names) => names.length === 1)")
	p.reload()
	p.live(1)
	p.until("the worker before the page", "navigator.serviceWorker.controller")

	ann := d.customer("安")
	d.says(ann, "你好")
	p.show("waiting", d.conversation(ann).ID)
	p.see("#stream .msg-in >> 你好")
	kept := eval[[]string](p, `(async () => {
		const all = [];
		for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) all.push(new URL(url).pathname);
		return all;
	})()`)
	base := eval[string](p, "JSON.parse(document.getElementById('boot').textContent).static")
	if !slices.Contains(kept, "/offline") || len(kept) < 10 {
		t.Errorf("kept is only %q", kept)
	}
	for _, path := range kept {
		if path != "/offline" && path[:len(base)] != base {
			t.Errorf("%s is kept", path)
		}
	}

	d.stop()
	p.open("/")
	p.see("h1 >> " + p.word("keys.offline"))
	p.accessible("offline")
	if eval[bool](p, "fetch('/api/v1/me').then(() => true, () => false)") {
		t.Error("the API answers without a server")
	}
	d.start()
	p.leave(func() { p.tap(".oops .btn") })
	p.live(1)
	p.see("#rows")
}
