package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gofiber/fiber/v2"
)

func tinyTree(script string) fstest.MapFS {
	return fstest.MapFS{
		"js/a.js":            {Data: []byte(script)},
		"img/logo.svg":       {Data: []byte("<svg/>")},
		"img/a.png":          {Data: []byte("png")},
		"i18n/zh-CN/a.json":  {Data: []byte(`{"a.b":"<好>"}`)},
		"i18n/zh-CN/b2.json": {Data: []byte(`{"b2.c":"d"}`)},
		"i18n/en/a.json":     {Data: []byte(`{"a.b":"<good>"}`)},
	}
}

func tinyAssets(t *testing.T, script string) *Assets {
	t.Helper()
	tree := tinyTree(script)
	texts, err := LoadCatalogue(tree)
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAssets(tree, texts)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func staticApp(a *Assets) *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true})
	app.Get("/static/:hash/*", a.Serve)
	app.Get("/favicon.ico", a.Favicon)
	return app
}

type answer struct {
	status int
	head   func(string) string
	body   string
}

func get(t *testing.T, app *fiber.App, url string, head ...string) answer {
	t.Helper()
	req := httptest.NewRequest("GET", url, nil)
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Set(head[i], head[i+1])
	}
	res, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get, string(body)}
}

func TestAssetsAreServedForEver(t *testing.T) {
	script := strings.Repeat("export const a = 1;\n", 50)
	a := tinyAssets(t, script)
	app := staticApp(a)
	for _, tt := range []struct{ name, mime, body string }{
		{"/js/a.js", "text/javascript; charset=utf-8", script},
		{"/img/logo.svg", "image/svg+xml; charset=utf-8", "<svg/>"},
		{"/img/a.png", "image/png", "png"},
		{"/i18n/zh-CN.json", "application/json; charset=utf-8", "{\"a.b\":\"<好>\",\"b2.c\":\"d\"}\n"},
		{"/i18n/en.json", "application/json; charset=utf-8", "{\"a.b\":\"<good>\"}\n"},
	} {
		got := get(t, app, a.Base+tt.name)
		if got.status != 200 || got.body != tt.body || got.head("Content-Type") != tt.mime {
			t.Errorf("%s: %d %s %q", tt.name, got.status, got.head("Content-Type"), got.body)
		}
		if !strings.Contains(got.head("Cache-Control"), "immutable") {
			t.Errorf("%s: Cache-Control is %q", tt.name, got.head("Cache-Control"))
		}
	}
	got := get(t, app, a.Base+"/js/a.js", "Accept-Encoding", "br, gzip")
	if got.head("Content-Encoding") != "gzip" || got.head("Vary") != "Accept-Encoding" {
		t.Fatalf("not zipped: %q, Vary %q", got.head("Content-Encoding"), got.head("Vary"))
	}
	r, err := gzip.NewReader(bytes.NewReader([]byte(got.body)))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || string(b) != script {
		t.Errorf("unzipped: %q, %v", b, err)
	}
	if got := get(t, app, "/favicon.ico"); got.status != 200 || got.body != "<svg/>" {
		t.Errorf("favicon: %d %q", got.status, got.body)
	}
}

func TestAssetsThatAreNot(t *testing.T) {
	a := tinyAssets(t, "1")
	app := staticApp(a)
	for _, url := range []string{
		a.Base + "/js/b.js", a.Base + "/js", a.Base + "/", "/static/0123456789ab/js/a.js", "/static//js/a.js",
		a.Base + "/../static.go", a.Base + "/i18n/zh-CN/a.json", a.Base + "/i18n/fr.json",
	} {
		if got := get(t, app, url); got.status != 404 {
			t.Errorf("%s: %d %q", url, got.status, got.body)
		}
	}
}

func TestHashFollowsTheTree(t *testing.T) {
	one, same, other := tinyAssets(t, "1"), tinyAssets(t, "1"), tinyAssets(t, "2")
	if one.Base != same.Base || one.Base == other.Base {
		t.Errorf("bases: %s, %s for the same tree, %s for another", one.Base, same.Base, other.Base)
	}
}

func TestAnUnknownKindOfFileStopsTheStart(t *testing.T) {
	tree := tinyTree("1")
	texts, err := LoadCatalogue(tree)
	if err != nil {
		t.Fatal(err)
	}
	tree["js/a.exe"] = &fstest.MapFile{Data: []byte("MZ")}
	if _, err := NewAssets(tree, texts); err == nil || !strings.Contains(err.Error(), "js/a.exe") {
		t.Errorf("got %v", err)
	}
}

func TestDevAssetsFollowTheDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(path.Dir(dir+"/"+name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("js/a.js", "1")
	write("i18n/zh-CN/a.json", `{"a.b":"x"}`)
	write("i18n/en/a.json", `{"a.b":"x"}`)
	a := NewDevAssets(os.DirFS(dir))
	app := staticApp(a)
	if got := get(t, app, a.Base+"/js/a.js"); got.body != "1" || got.head("Cache-Control") != "no-store" {
		t.Errorf("%q, Cache-Control %q", got.body, got.head("Cache-Control"))
	}
	write("js/a.js", "2")
	write("i18n/en/a.json", `{"a.b":"y"}`)
	if got := get(t, app, a.Base+"/js/a.js"); got.body != "2" {
		t.Errorf("after a change: %q", got.body)
	}
	if got := get(t, app, a.Base+"/i18n/en.json"); got.body != "{\"a.b\":\"y\"}\n" {
		t.Errorf("after a change: %q", got.body)
	}
	for _, name := range []string{"/js/b.js", "/js", "/../a.js", "/i18n/fr.json"} {
		if got := get(t, app, a.Base+name); got.status != 404 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

var importFrom = regexp.MustCompile(`(?:\bfrom|\bimport|\bimport\()\s*['"]([^'"]+)['"]`)

// A bare or missing import would only show in a browser.
func TestScriptsImportWhatIsThere(t *testing.T) {
	root := os.DirFS("../static")
	eachSource(t, func(file, text string) {
		name, ok := strings.CutPrefix(file, "static/")
		if !ok {
			return
		}
		for _, m := range importFrom.FindAllStringSubmatch(text, -1) {
			target := path.Join(path.Dir(name), m[1])
			if !strings.HasPrefix(m[1], ".") {
				t.Errorf("%s imports %q: only relative imports work here", file, m[1])
			} else if _, err := fs.Stat(root, target); err != nil {
				t.Errorf("%s imports %q: %v", file, m[1], err)
			} else if strings.HasPrefix(target, "vendor/lit") && name != "js/lib/html.js" {
				t.Errorf("%s imports lit; only js/lib/html.js does", file)
			}
		}
	})
}
