package wechat

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxBody is the most that is read as a push. Real ones are a few KiB.
const MaxBody = 1 << 20

const maxDepth = 16

// ErrMalformed says that a body is neither XML nor JSON as the platform writes
// it.
var ErrMalformed = errors.New("wechat: the body is no push")

// node is one element. XML and JSON bodies have the same field names, so both
// become the same tree and are read by the same code.
type node struct {
	name string
	text []byte
	kids []*node
}

// find follows a path such as "SendPicsInfo>Count".
func (n *node) find(path string) *node {
	for name := range strings.SplitSeq(path, ">") {
		i := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == name })
		if i < 0 {
			return nil
		}
		n = n.kids[i]
	}
	return n
}

func (n *node) textOf(path string) string {
	if found := n.find(path); found != nil {
		return string(found.text)
	}
	return ""
}

func parseTree(body []byte) (*node, error) {
	if len(body) > MaxBody {
		return nil, ErrMalformed
	}
	body = bytes.TrimSpace(cleanXML(body))
	if len(body) > 0 && body[0] == '{' {
		return parseJSON(body)
	}
	return parseXML(body)
}

func parseXML(body []byte) (*node, error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	top := &node{}
	open := []*node{top}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(top.kids) == 1 {
			return top.kids[0], nil
		}
		if err != nil {
			return nil, ErrMalformed
		}
		here := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			kid := &node{name: t.Name.Local}
			here.kids = append(here.kids, kid)
			open = append(open, kid)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			here.text = append(here.text, t...)
		case xml.Directive:
			return nil, ErrMalformed
		}
		if len(open) > maxDepth || len(top.kids) > 1 {
			return nil, ErrMalformed
		}
	}
}

func parseJSON(body []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // a MsgId has 64 bits
	var value map[string]any
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return nil, ErrMalformed
	}
	root := &node{name: "xml"}
	if !root.fill(value, 1) {
		return nil, ErrMalformed
	}
	return root, nil
}

// fill hangs a JSON value under n. Lists become repeated "item" elements, as in
// the XML form.
func (n *node) fill(value any, depth int) bool {
	if depth > maxDepth {
		return false
	}
	add := func(name string, v any) bool {
		kid := &node{name: name}
		n.kids = append(n.kids, kid)
		return kid.fill(v, depth+1)
	}
	switch v := value.(type) {
	case string:
		n.text = cleanXML([]byte(v))
	case json.Number:
		n.text = []byte(v)
	case bool:
		n.text = strconv.AppendBool(nil, v)
	case []any:
		for _, item := range v {
			if !add("item", item) {
				return false
			}
		}
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names) // maps have no order, our answers have
		for _, name := range names {
			if !add(name, v[name]) {
				return false
			}
		}
	}
	return true
}

// cleanXML removes what XML 1.0 forbids (control characters first of all), for
// one such byte in a customer's text would make the whole push unreadable.
func cleanXML(b []byte) []byte {
	if !utf8.Valid(b) || bytes.ContainsFunc(b, forbidden) {
		b = bytes.Map(func(r rune) rune {
			if forbidden(r) {
				return -1
			}
			return r // bytes.Map turns bytes that are no UTF-8 into U+FFFD
		}, b)
	}
	return bytes.TrimPrefix(b, []byte("\uFEFF"))
}

func forbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
