package handlers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"kfdesk/store"
)

// quickColumns are those of a file of quick replies. Their order in the file is
// free, and they may be called as any language calls them (quick.csv.…).
var quickColumns = []string{"scope", "category", "code", "title", "type", "content"}

// formula is a cell that a spreadsheet would take for one, or that begins like a
// cell which was kept from that: it is written behind an apostrophe.
var formula = regexp.MustCompile(`^'*[=+\-@\t\r]`)

func guarded(cell string) string {
	if formula.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula.MatchString(rest) {
		return rest
	}
	return cell
}

// bom tells Excel that a file is UTF-8.
const bom = "\ufeff"

// writeQuick writes quick replies as a file. What is no text is written as the
// JSON of its body; its files are not in there.
func writeQuick(list []store.QuickReply) []byte {
	var b bytes.Buffer
	b.WriteString(bom)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(quickColumns) // to memory: never fails
	for _, q := range list {
		scope := "team"
		if q.Agent != 0 {
			scope = "mine"
		}
		row := []string{scope, q.Category, q.Code, q.Title, q.Type, quickContent(&q)}
		for i := range row {
			row[i] = guarded(row[i])
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

// quickContent is the text of a quick reply, or the JSON of what is no text.
func quickContent(q *store.QuickReply) string {
	if q.Type != "text" {
		return string(q.Body)
	}
	var b struct{ Content string }
	_ = json.Unmarshal(q.Body, &b) // the store holds what was written by us
	return b.Content
}

// quickFile is what a file of quick replies holds. numbers are the rows as a
// spreadsheet counts them.
type quickFile struct {
	list    []store.QuickImport
	numbers []int
	faults  []quickFault
}

// quickRowsMost is how many rows a file may have: each is answered with a line.
const quickRowsMost = 5000

// quickFault says why a row cannot be taken. Row 0: the whole file.
type quickFault struct {
	Row   int
	Cause error
}

// readQuick reads a file of quick replies, in UTF-8 or as Chinese spreadsheets
// save it.
func (c *Console) readQuick(ctx *fiber.Ctx, raw []byte) (f quickFile) {
	raw = bytes.TrimPrefix(raw, []byte(bom))
	if !utf8.Valid(raw) {
		raw, _ = simplifiedchinese.GB18030.NewDecoder().Bytes(raw) // what is not in it becomes U+FFFD
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	places := c.quickPlaces(head)
	if err != nil || places["title"] < 0 || places["content"] < 0 {
		f.faults = append(f.faults, quickFault{0, refused(fiber.StatusUnprocessableEntity, "bad_csv")})
		return f
	}
	for number := 2; ; number++ {
		cells, err := r.Read()
		if err == io.EOF {
			return f
		}
		if err != nil { // a quotation mark where none may be: what follows cannot be told apart
			f.faults = append(f.faults, quickFault{number, refused(fiber.StatusUnprocessableEntity, "bad_csv_row")})
			return f
		}
		cell := func(column string) string {
			if at := places[column]; at >= 0 && at < len(cells) {
				return strings.TrimSpace(plainText(unguarded(cells[at]))) // what is dropped goes first, else it would keep a space at an end
			}
			return ""
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		if len(f.list)+len(f.faults) == quickRowsMost {
			return quickFile{faults: []quickFault{{0, refused(fiber.StatusUnprocessableEntity, "too_many_rows", "most", quickRowsMost)}}}
		}
		q, err := c.quickRow(ctx, cell)
		if err != nil {
			f.faults = append(f.faults, quickFault{number, err})
			continue
		}
		f.list, f.numbers = append(f.list, q), append(f.numbers, number)
	}
}

// quickPlaces finds the columns by what the first row calls them; -1 for what is
// not there.
func (c *Console) quickPlaces(head []string) map[string]int {
	places := map[string]int{}
	for _, column := range quickColumns {
		places[column] = slices.IndexFunc(head, func(cell string) bool { return c.called(cell, "quick.csv.", column) })
	}
	return places
}

// called tells whether a word is a name, or what any language calls it.
func (c *Console) called(word, area, name string) bool {
	word = strings.TrimSpace(word)
	return strings.EqualFold(word, name) || slices.ContainsFunc(Languages, func(lang string) bool {
		return strings.EqualFold(word, c.Texts.T(lang, area+name))
	})
}

func (c *Console) quickRow(ctx *fiber.Ctx, cell func(string) string) (q store.QuickImport, err error) {
	q.Category, q.Code, q.Title = cell("category"), cell("code"), cell("title")
	switch scope := cell("scope"); {
	case c.called(scope, "quick.scope.", "mine"):
		q.Agent = who(ctx).ID
	case scope != "" && !c.called(scope, "quick.scope.", "team"):
		return q, badBody("scope")
	}
	in := replyInput{Type: cell("type")}
	if in.Type == "" || c.called(in.Type, "quick.type.", "text") {
		in.Type = "text"
		in.Body = marshal(map[string]string{"content": cell("content")})
	} else {
		in.Body = json.RawMessage(cell("content"))
	}
	err = in.fill(&q.Draft)
	var no *problemError
	if errors.As(err, &no) && no.Code == "empty" && (no.Detail["field"] == "media" || no.Detail["field"] == "thumb") {
		err = empty("account") // it says that files do not come this way
	}
	return q, err
}
