package handlers

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Another build has another service worker, or a browser would keep the old files.
func TestServiceWorkerFollowsTheBuild(t *testing.T) {
	body := func(script string) string {
		tree := tinyTree(script)
		tree["js/worker/shell.js"] = tree["js/a.js"]
		texts, err := LoadCatalogue(tree)
		if err != nil {
			t.Fatal(err)
		}
		a, err := NewAssets(tree, texts)
		if err != nil {
			t.Fatal(err)
		}
		app := staticApp(a)
		app.Get("/sw.js", a.ServiceWorker)
		got := get(t, app, "/sw.js")
		if got.status != 200 || got.head("Cache-Control") != "no-cache" || !strings.HasPrefix(got.head("Content-Type"), "text/javascript") {
			t.Errorf("%d %s %s", got.status, got.head("Cache-Control"), got.head("Content-Type"))
		}
		if !strings.Contains(got.body, `"base":"`+a.Base+`"`) || !strings.Contains(got.body, `"img/logo.svg"`) {
			t.Errorf("the worker does not know its build: %s", got.body)
		}
		return got.body
	}
	if one, same, other := body("1"), body("1"), body("2"); one != same || one == other {
		t.Error("the worker does not follow the tree")
	}
}

// What the manifest and the worker name is there.
func TestInstallableFilesExist(t *testing.T) {
	d := newDesk(t)
	raw, err := os.ReadFile("../static/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Start string `json:"start_url"`
		Icons []struct{ Src, Type string }
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Start != "/" || len(manifest.Icons) < 3 {
		t.Errorf("the manifest: %+v", manifest)
	}
	paths := map[string]string{"manifest.json": "application/json", "img/apple-touch-icon.png": "image/png"}
	for _, icon := range manifest.Icons {
		paths[icon.Src] = icon.Type
	}
	for _, name := range d.Assets.shell() {
		paths[name] = ""
	}
	for name, mime := range paths {
		got := d.browse(t, "", "GET", d.Assets.Base+"/"+name)
		if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), mime) {
			t.Errorf("%s: %d %s", name, got.status, got.header.Get("Content-Type"))
		}
	}
	page := d.browse(t, "", "GET", "/offline").body
	for _, name := range []string{"李晓琳", shopApp} {
		if strings.Contains(page, name) {
			t.Errorf("the page that is kept has data in it: %s", name)
		}
	}
}
