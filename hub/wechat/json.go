package wechat

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// object is a JSON object under construction: its keys in the order they were
// added, empty values left out.
type object struct{ bytes.Buffer }

func (o *object) value(key string, v any) {
	if o.Len() > 0 {
		o.WriteByte(',')
	}
	o.Write(encode(key))
	o.WriteByte(':')
	o.Write(encode(v))
}

func (o *object) text(key, v string) {
	if v != "" {
		o.value(key, v)
	}
}

func (o *object) number(key, v string) {
	n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
		o.value(key, n)
	}
}

func (o *object) json() json.RawMessage {
	return json.RawMessage("{" + o.String() + "}")
}

// encode is JSON in raw UTF-8. The platform refuses \u escapes or shows them, and
// Go still writes some with HTML escaping off: for control characters, for U+2028
// and U+2029, for bytes that are no UTF-8.
func encode(v any) []byte {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("wechat: cannot encode a plain value: " + err.Error())
	}
	return unescape(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

// unescape turns line separators into line feeds, drops control characters and
// writes U+FFFD as itself. In Go's output a backslash always begins an escape.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b', 'f':
		case 'u':
			switch code := string(b[i+1 : i+5]); code {
			case "2028", "2029":
				out = append(out, `\n`...)
			case "fffd":
				out = append(out, "\uFFFD"...)
			}
			i += 4
		default:
			out = append(out, '\\', b[i])
		}
	}
	return out
}

// Int is a number that the platform may write as a string.
type Int int64

// UnmarshalJSON takes 5, "5" and "".
func (n *Int) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `" `)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	*n = Int(v)
	return err
}

// ID is a string that the platform may write as a number, such as kf_id.
type ID string

// UnmarshalJSON takes "1001" and 1001.
func (id *ID) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		err := json.Unmarshal(b, &text)
		*id = ID(text)
		return err
	}
	if string(b) == "null" {
		return nil
	}
	var n json.Number
	err := json.Unmarshal(b, &n)
	*id = ID(n)
	return err
}
