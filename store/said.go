package store

import (
	"encoding/json"
	"strings"
)

// saidIn is all that can be read in a message, in one line.
func saidIn(dir, typ string, j json.RawMessage) string {
	var b struct {
		Content, Recognition, Transcript, Label, Title, Description string

		Head string `json:"head_content"`
		List []struct{ Content string }
		Tail string `json:"tail_content"`
	}
	if typ == "sticker" || typ == "unknown" || json.Unmarshal(j, &b) != nil {
		return "" // WeChat's words, not the customer's
	}
	parts := []string{b.Content, b.Recognition, b.Transcript, b.Label, b.Title, b.Description, b.Head}
	for _, entry := range b.List {
		parts = append(parts, entry.Content)
	}
	text := strings.Join(append(parts, b.Tail), " ")
	if dir == "out" {
		text = ownLink.ReplaceAllString(text, "$1")
	}
	return strings.Join(strings.Fields(text), " ")
}

// A hit shows this many characters of a long message, and these before the
// first mark.
const (
	aroundMost   = 120
	aroundBefore = 24
)

// around cuts a long text around the first place where a term stands. The marks
// are those of the cut.
func around(text string, list []term) (string, [][2]int) {
	found, r := marks(runs(text), list), []rune(text)
	from := 0
	if len(found) > 0 && len(r) > aroundMost {
		from = max(0, min(found[0][0]-aroundBefore, len(r)-aroundMost))
	}
	to := min(from+aroundMost, len(r))
	head, tail := "", ""
	if from > 0 {
		head = "…"
	}
	if to < len(r) {
		tail = "…"
	}
	inside, shift := [][2]int{}, from-len([]rune(head))
	for _, m := range found {
		if m[0] < to {
			inside = append(inside, [2]int{m[0] - shift, min(m[1], to) - shift})
		}
	}
	return head + string(r[from:to]) + tail, inside
}
