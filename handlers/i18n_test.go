package handlers

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
)

func catalogue(t *testing.T) *Catalogue {
	t.Helper()
	c, err := LoadCatalogue(os.DirFS("../static"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadCatalogueRefusesFaults(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, tt := range map[string]struct {
		fs   fstest.MapFS
		want string
	}{
		"a language is missing": {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":"x"}`)}, "no texts for en"},
		"twice in one file": {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":"x","a.b":"y"}`), "i18n/en/a.json": file(`{"a.b":"x"}`)},
			`"a.b" stands in`},
		"in two files": {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":"x"}`), "i18n/zh-CN/b.json": file(`{"a.b":"x"}`), "i18n/en/a.json": file(`{}`)},
			`"a.b" stands in`},
		"not JSON":     {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":`)}, "a.json"},
		"not a text":   {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":{"c":"d"}}`)}, "a.b"},
		"not one only": {fstest.MapFS{"i18n/zh-CN/a.json": file(`{"a.b":"x"} {}`)}, "follows"},
	} {
		if _, err := LoadCatalogue(tt.fs); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, tt.want)
		}
	}
}

func TestT(t *testing.T) {
	c := &Catalogue{texts: map[string]map[string]string{
		"zh-CN": {"a": "还有 {n} 条", "b": "{name} 在接待", "p.one": "{n} 条", "p.other": "{n} 条"},
		"en":    {"a": "{n} left", "b": "{name} is on it", "p.one": "one reply", "p.other": "{n} replies"},
	}}
	for _, tt := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"zh-CN", "a", []any{"n", 3}, "还有 3 条"},
		{"en", "b", []any{"name", "Li"}, "Li is on it"},
		{"en", "p", []any{"n", 1}, "one reply"},
		{"en", "p", []any{"n", 2}, "2 replies"},
		{"zh-CN", "p", []any{"n", 1}, "1 条"},
		{"fr", "a", []any{"n", 3}, "还有 3 条"},
		{"en", "no.such", nil, "no.such"},
		{"en", "a", nil, "{n} left"},
	} {
		if got := c.T(tt.lang, tt.key, tt.args...); got != tt.want {
			t.Errorf("T(%s, %s, %v) = %q, want %q", tt.lang, tt.key, tt.args, got, tt.want)
		}
	}
}

func TestChooseLang(t *testing.T) {
	for _, tt := range []struct{ agent, cookie, accept, want string }{
		{"", "", "", "zh-CN"},
		{"en", "zh-CN", "zh", "en"},
		{"", "en", "zh", "en"},
		{"", "", "en-GB,en;q=0.9,zh;q=0.8", "en"},
		{"", "", "zh-TW,en;q=0.9", "zh-CN"},
		{"", "", "fr,de;q=0.9,en;q=0.1", "en"},
		{"", "", "en;q=0.3, zh-CN;q=0.7", "zh-CN"},
		{"", "", "en;q=0, fr", "zh-CN"},
		{"", "xx", "en", "en"},
		{"", "../../etc", "*", "zh-CN"},
	} {
		if got := ChooseLang(tt.agent, tt.cookie, tt.accept); got != tt.want {
			t.Errorf("ChooseLang(%q, %q, %q) = %s, want %s", tt.agent, tt.cookie, tt.accept, got, tt.want)
		}
	}
}

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	plural      = regexp.MustCompile(`\.(one|other)$`)
)

// A text that only one language has would be shown as its key in the other.
func TestLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	c := catalogue(t)
	holes := func(lang, key string) string {
		seen := map[string]bool{}
		for _, h := range placeholder.FindAllString(c.texts[lang][key], -1) {
			seen[h] = true
		}
		if strings.HasSuffix(key, ".one") {
			delete(seen, "{n}") // "one reply" need not say 1
		}
		var list []string
		for h := range seen {
			list = append(list, h)
		}
		sort.Strings(list)
		return strings.Join(list, " ")
	}
	for _, a := range Languages {
		for _, b := range Languages {
			for key, text := range c.texts[a] {
				if !c.Has(b, key) {
					t.Errorf("%s is in %s, not in %s", key, a, b)
				} else if holes(a, key) != holes(b, key) {
					t.Errorf("%s: %s has %q, %s has %q", key, a, holes(a, key), b, holes(b, key))
				}
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s is empty in %s", key, a)
				}
			}
		}
	}
}

func TestKeysBeginWithTheirFile(t *testing.T) {
	also := map[string]string{"common": "err", "pages": "page", "wechat": "wxerr", "cli": "open", "editor": "wxerr", "people": "err"}
	files, _ := filepath.Glob("../static/i18n/*/*.json")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatal(file, err)
		}
		area := strings.TrimSuffix(filepath.Base(file), ".json")
		for key := range texts {
			if first, _, _ := strings.Cut(key, "."); first != area && first != also[area] {
				t.Errorf("%s: %s belongs into another file", file, key)
			}
		}
	}
}

// Keys in use: {{t .Lang "key" …}} and (t $.Lang "key") in templates, t('key')
// in scripts, T(lang, "key") and c.text(ctx, "key") in Go. Where the code adds
// something to the key, as in t(`wxerr.${code}`), its beginning must fit.
var usedKey = []*regexp.Regexp{
	regexp.MustCompile(`\bt \$?\.Lang "([^"]+)(")`),
	regexp.MustCompile(`\bt \$?\.Lang \(print "([^"]+)" ()`),
	regexp.MustCompile("\\bt\\(\\s*['\"`]([a-z]\\w*\\.[^'\"`$]+)(['\"`]?)"),
	regexp.MustCompile(`\b(?:T|text|page|check|texts)\((?:[^()"]*, )?"([a-z]+\.[^"]+)("[,)]|)`),
}

func TestKeysInUseExist(t *testing.T) {
	c := catalogue(t)
	used := 0
	eachSource(t, func(file, text string) {
		for _, re := range usedKey {
			for _, m := range re.FindAllStringSubmatch(text, -1) {
				used++
				if !keyExists(c, m[1], m[2] == "" || strings.HasSuffix(m[1], ".")) {
					t.Errorf("%s uses %q, which is not in the catalogue", file, m[1])
				}
			}
		}
	})
	if used == 0 {
		t.Error("no key found in use: the patterns of this test are wrong")
	}
}

func keyExists(c *Catalogue, key string, prefix bool) bool {
	for have := range c.texts[DefaultLang] {
		if have == key || plural.ReplaceAllString(have, "") == key || prefix && strings.HasPrefix(have, key) {
			return true
		}
	}
	return false
}

var namedKey = regexp.MustCompile("[\"'`]([a-z]\\w*\\.[\\w.-]*)([\"'`]|\\$\\{)")

// A text that nothing shows is translated for nobody. Where the code adds
// something to a key, all that begin with it are in use.
func TestKeysAreInUse(t *testing.T) {
	c := catalogue(t)
	named, begun := map[string]bool{}, map[string]bool{}
	eachSource(t, func(_, text string) {
		for _, m := range namedKey.FindAllStringSubmatch(text, -1) {
			named[m[1]] = true
			begun[m[1]] = begun[m[1]] || m[2] == "${" || strings.HasSuffix(m[1], ".")
			begun[m[1]+"."] = true
		}
	})
	for key := range c.texts[DefaultLang] {
		used := named[key]
		for i := range key {
			used = used || begun[key[:i]]
		}
		if !used {
			t.Errorf("nothing shows %s", key)
		}
	}
}

var refusalCode = regexp.MustCompile(`\b(?:refuse|refused)\((?:[\w.]+, )?"(\w+)"[,)]`)

// Every rule that says no has words for the person.
func TestRefusalsHaveTexts(t *testing.T) {
	c := catalogue(t)
	eachSource(t, func(file, text string) {
		if !strings.HasPrefix(file, "store/") && !strings.HasPrefix(file, "handlers/") {
			return
		}
		for _, m := range refusalCode.FindAllStringSubmatch(text, -1) {
			if !c.Has(DefaultLang, "err."+m[1]) {
				t.Errorf("%s refuses with %q, but there is no err.%s", file, m[1], m[1])
			}
		}
	})
}

var requeueReason = regexp.MustCompile(`\.(?:requeue|release)\([^"\n]*"(\w+)"\)`)

// Every reason for which a conversation goes back to the queue is told in the thread.
func TestReasonsOfTheQueueHaveTexts(t *testing.T) {
	c := catalogue(t)
	found := 0
	eachSource(t, func(file, text string) {
		for _, m := range requeueReason.FindAllStringSubmatch(text, -1) {
			found++
			if !c.Has(DefaultLang, "inbox.event.queued."+m[1]) {
				t.Errorf("%s gives conversations back for %q, but there is no inbox.event.queued.%s", file, m[1], m[1])
			}
		}
	})
	if found < 3 {
		t.Errorf("%d reasons found: the pattern of this test is wrong", found)
	}
}

// Texts for people are in the catalogue, so nothing else holds Han characters but
// the protocol constants of WeChat, the sandbox's demo data, and comments of Go
// code that name a section of WeChat's documents.
func TestNoHanOutsideTheCatalogue(t *testing.T) {
	eachSource(t, func(file, text string) {
		if strings.HasPrefix(file, "hub/wechat/") {
			return
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.HasSuffix(file, ".go") {
				line, _, _ = strings.Cut(line, "//")
			}
			if strings.IndexFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
				t.Errorf("%s:%d: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	})
}

// eachSource calls do for each template, script and Go file of the project
// (tests and vendored files left out), named from the project's root.
func eachSource(t *testing.T, do func(file, text string)) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(path.Base(name), ".") || name == "static/vendor" || name == "e2e" || name == "data" {
				return fs.SkipDir
			}
			return nil
		}
		script := strings.HasPrefix(name, "static/js/") && strings.HasSuffix(name, ".js")
		template := strings.HasPrefix(name, "templates/")
		program := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if !script && !template && !program {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err == nil {
			do(name, string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
