package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var catalogue = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"zh-CN", "en"} {
		all[lang] = map[string]string{}
		files, err := filepath.Glob("../static/i18n/" + lang + "/*.json")
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			texts := all[lang]
			if err := readJSON(f, &texts); err != nil {
				return nil, fmt.Errorf("%s: %w", f, err)
			}
		}
	}
	return all, nil
})

// word is a text that people read, in the language of the page, so that tests
// do not break when it is said better.
func (p *page) word(key string, values ...any) string {
	p.t.Helper()
	lang := p.look.lang
	if lang == "" {
		lang = "zh-CN"
	}
	return word(p.t, lang, key, values...)
}

func word(t testing.TB, lang, key string, values ...any) string {
	t.Helper()
	all, err := catalogue()
	must(t, err)
	text, ok := all[lang][key]
	for _, plural := range []string{".other", ".one"} {
		if !ok {
			text, ok = all[lang][key+plural]
		}
	}
	if !ok {
		t.Fatalf("there is no text %q in %s", key, lang)
	}
	for i := 0; i+1 < len(values); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", values[i]), fmt.Sprint(values[i+1]))
	}
	return strings.Join(strings.Fields(text), " ")
}

// part is a text up to the first value in it: what is sure to be seen.
func (p *page) part(key string) string {
	p.t.Helper()
	text, _, _ := strings.Cut(p.word(key), "{")
	return strings.TrimSpace(text)
}

func readJSON(path string, to any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, to)
}
