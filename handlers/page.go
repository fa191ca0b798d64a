package handlers

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/template/html/v2"
)

// Page is what every template gets. D is the page's own data.
type Page struct {
	Lang    string
	Theme   string // light, dark or "" for what the system says
	Static  string
	Title   string
	Path    string // of this page, to mark it in the rail
	Me      *Me    // nil before the log-in
	Sandbox bool
	Version string
	Boot    any    // for the scripts, as JSON
	Entry   string // the page's own script under static/js, or ""
	Notice  string // what was just done, if it cannot be seen
	Alert   *Alert
	Alarms  []alarm
	D       any
}

// Alert says what went wrong with the page's last deed.
type Alert struct{ Title, Text string }

// problems are the faults of a form by field, as texts.
type problems map[string]string

// Me is the one who looks at the page.
type Me struct {
	ID     int64
	Name   string
	Login  string
	Role   string
	Avatar int64 // media id, 0 when none
}

// Admin tells whether the pages of the administration are shown.
func (m *Me) Admin() bool { return m != nil && m.Role == "admin" }

var (
	themes = []string{"system", "light", "dark"}
	modes  = []string{"safe", "compatible", "plain"}
	roles  = []string{"agent", "supervisor", "admin"}

	// What the rules of an official account may be.
	looks     = []string{"outline", "tint", "solid"}
	assigns   = []string{"last", "fewest", "longest", "hand"}
	takeOvers = []string{"supervisor", "all"}
)

// NewViews parses all templates. A template that does not parse is an error
// here; reload reads them again for each page, for work on the console itself.
func NewViews(templates fs.FS, texts *Catalogue, assets *Assets, reload bool) (*html.Engine, error) {
	views := html.NewFileSystem(http.FS(templates), ".html")
	views.Reload(reload)
	for name, fn := range viewFuncs(texts, assets) {
		views.AddFunc(name, fn)
	}
	if err := views.Load(); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return views, nil
}

func viewFuncs(texts *Catalogue, assets *Assets) map[string]any {
	return map[string]any{
		"t":          texts.T,
		"languages":  func() []string { return Languages },
		"themes":     func() []string { return themes },
		"modes":      func() []string { return modes },
		"tokenKinds": func() []string { return []string{"stable", "classic"} },
		"roles":      func() []string { return roles },
		"quickTypes": func() []string { return quickTypes },
		"clock":      clockTime,
		"size":       sizeText,
		"quarters":   quarters,
		"looks":      func() []string { return looks },
		"assigns":    func() []string { return assigns },
		"takeOvers":  func() []string { return takeOvers },
		"steps":      func() []int { return []int{1, 2, 3} },
		"args":       args,
		"hue":        hue,
		"icon":       func(name string, classes ...string) template.HTML { return icon(assets.Base, name, classes) },
		"inc":        func(n int) int { return n + 1 },
		"initial":    initial,
		"mark":       mark,
		"under":      under,
		"stamp":      stamp,
		"when":       when,
		"invalid":    invalid,
		"problem":    func(id string, p problems) template.HTML { return problem(assets.Base, id, p[id]) },
	}
}

// args names the arguments of a partial.
func args(pairs ...any) (map[string]any, error) {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("args: %v is not a name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// hue is the class of one of the ten colour pairs, always the same for s.
func hue(s string) string {
	h := fnv.New32a()
	h.Write([]byte(s))
	return fmt.Sprintf("h%d", h.Sum32()%10)
}

// icon is a drawing of static/icons.svg. Name and classes come from templates,
// never from people.
func icon(base, name string, classes []string) template.HTML {
	class := strings.Join(append([]string{"i"}, classes...), " ")
	return template.HTML(fmt.Sprintf(`<svg class="%s" aria-hidden="true"><use href="%s/icons.svg#i-%s"/></svg>`, class, base, name))
}

// initial stands for a picture: the last Han character of a name, else its
// first letter.
func initial(name string) string {
	for rest := name; rest != ""; {
		r, size := utf8.DecodeLastRuneInString(rest)
		if unicode.Is(unicode.Han, r) {
			return string(r)
		}
		rest = rest[:len(rest)-size]
	}
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// mark stands for an official account's picture: the first character of its name.
func mark(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return name[:size]
}

// under tells whether path is the page section or lies below it.
func under(path, section string) bool {
	return path == section || strings.HasPrefix(path, section+"/")
}

// when shows a time in milliseconds. A script writes it in the reader's words
// and time zone; without one it stays in the server's.
func when(ms int64) template.HTML {
	at := time.UnixMilli(ms)
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-when="%d">%s</time>`,
		at.UTC().Format(time.RFC3339), ms, at.Format("2006-01-02 15:04")))
}

// invalid marks the input with this id when it has a problem. Ids are field names.
func invalid(id string, p problems) template.HTMLAttr {
	if p[id] == "" {
		return ""
	}
	return template.HTMLAttr(fmt.Sprintf(`aria-invalid="true" aria-describedby="%s-problem"`, id))
}

// problem says under the input with this id what is wrong with it.
func problem(base, id, text string) template.HTML {
	if text == "" {
		return ""
	}
	return template.HTML(fmt.Sprintf(`<p class="field-error" id="%s-problem" role="alert">%s%s</p>`,
		id, icon(base, "circle-alert", nil), template.HTMLEscapeString(text)))
}
