package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// DefaultLang is used when nothing says which language a person reads.
const DefaultLang = "zh-CN"

// Languages are the languages the console speaks; each has a folder under
// static/i18n.
var Languages = []string{"zh-CN", "en"}

// Catalogue holds every text a person sees. Templates and scripts read the
// same one.
type Catalogue struct {
	texts map[string]map[string]string // language → key → text
	json  map[string][]byte            // language → the merged object, for the browser
}

// LoadCatalogue reads i18n/<language>/*.json. Each file is a flat object; the
// files of a language are merged, and a key may stand in one of them only.
func LoadCatalogue(static fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]string{}, json: map[string][]byte{}}
	for _, lang := range Languages {
		files, err := fs.Glob(static, path.Join("i18n", lang, "*.json"))
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", lang, err)
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("catalogue: no texts for %s", lang)
		}
		merged, from := map[string]string{}, map[string]string{}
		for _, file := range files {
			texts, err := readTexts(static, file)
			if err != nil {
				return nil, fmt.Errorf("catalogue: %s: %w", file, err)
			}
			for _, kv := range texts {
				if first, ok := from[kv.key]; ok {
					return nil, fmt.Errorf("catalogue: %q stands in %s and in %s", kv.key, first, file)
				}
				merged[kv.key], from[kv.key] = kv.text, file
			}
		}
		c.texts[lang] = merged
		if c.json[lang], err = marshalPlain(merged); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", lang, err)
		}
	}
	return c, nil
}

type keyText struct{ key, text string }

// readTexts reads one file token by token, because json.Unmarshal would hide a
// key that is written twice.
func readTexts(static fs.FS, file string) ([]keyText, error) {
	f, err := static.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, fmt.Errorf("not a JSON object (%v)", err)
	}
	var texts []keyText
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var text string
		if err := dec.Decode(&text); err != nil {
			return nil, fmt.Errorf("key %v: %w", key, err)
		}
		texts = append(texts, keyText{key.(string), text})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the object (%v)", err)
	}
	return texts, nil
}

func marshalPlain(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return []byte(b.String()), err
}

// T gives the text of key in lang with each {name} replaced; args are names and
// values in turn. With a number n it prefers key.one or key.other. A key that
// does not exist is shown as it is, so that a fault is seen but breaks nothing.
func (c *Catalogue) T(lang, key string, args ...any) string {
	texts, ok := c.texts[lang]
	if !ok {
		texts = c.texts[DefaultLang]
	}
	text, ok := texts[key+pluralSuffix(lang, args)]
	if !ok {
		if text, ok = texts[key]; !ok {
			return key
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return text
}

// Has tells whether there is a text for key.
func (c *Catalogue) Has(lang, key string) bool {
	_, ok := c.texts[lang][key]
	return ok
}

// JSON is the whole catalogue of one language for the browser, nil if there is
// no such language.
func (c *Catalogue) JSON(lang string) []byte { return c.json[lang] }

func pluralSuffix(lang string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "n" && lang == "en" && fmt.Sprint(args[i+1]) == "1" {
			return ".one"
		}
	}
	return ".other"
}

// ChooseLang decides the language of an answer: the agent's own setting, then
// the cookie, then the browser's Accept-Language, then DefaultLang.
func ChooseLang(agent, cookie, accept string) string {
	for _, want := range append([]string{agent, cookie}, acceptOrder(accept)...) {
		if lang := matchLang(want); lang != "" {
			return lang
		}
	}
	return DefaultLang
}

// matchLang finds the language of ours that tag (zh, zh-TW, en-GB …) reads.
func matchLang(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	for _, lang := range Languages {
		ours, _, _ := strings.Cut(lang, "-")
		if primary == ours {
			return lang
		}
	}
	return ""
}

// acceptOrder gives the tags of an Accept-Language header, most wanted first.
func acceptOrder(header string) []string {
	type want struct {
		tag string
		q   float64
	}
	var wants []want
	for _, part := range strings.Split(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > 0 {
			wants = append(wants, want{strings.TrimSpace(tag), q})
		}
	}
	sort.SliceStable(wants, func(i, j int) bool { return wants[i].q > wants[j].q })
	tags := make([]string, len(wants))
	for i, w := range wants {
		tags[i] = w.tag
	}
	return tags
}
