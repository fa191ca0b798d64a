package sandbox

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

type rawJSON = json.RawMessage

// object is a JSON object read as the platform reads it: keys are
// case-sensitive (encoding/json would not care) and unknown ones are ignored.
type object map[string]json.RawMessage

// parseObject reads a request body under the strict rules of the platform:
// 47001 for what is not a JSON object, 47002 for \u escapes.
func parseObject(raw []byte, lenient bool) (object, *apiError) {
	var o object
	if json.Unmarshal(raw, &o) != nil || o == nil {
		return nil, fail(47001)
	}
	if !utf8.Valid(raw) {
		return nil, fail(40033)
	}
	if !lenient && hasEscape(raw) {
		return nil, fail(47002)
	}
	return o, nil
}

// hasEscape finds \uXXXX in valid JSON; a backslash that is escaped itself
// does not count.
func hasEscape(raw []byte) bool {
	for i := 0; i < len(raw)-1; i++ {
		if raw[i] == '\\' {
			i++
			if raw[i] == 'u' {
				return true
			}
		}
	}
	return false
}

// str is a string, or "" when the key is absent or holds something else.
func (o object) str(key string) string {
	var v string
	if json.Unmarshal(o[key], &v) != nil {
		return ""
	}
	return v
}

// num is a whole number, or def.
func (o object) num(key string, def int64) int64 {
	var v int64
	if o[key] == nil || json.Unmarshal(o[key], &v) != nil {
		return def
	}
	return v
}

func (o object) flag(key string) bool {
	var v bool
	return json.Unmarshal(o[key], &v) == nil && v
}

// obj is an object, or nil.
func (o object) obj(key string) object {
	var v object
	if json.Unmarshal(o[key], &v) != nil {
		return nil
	}
	return v
}

// list is an array of objects; ok is false when it is something else.
func (o object) list(key string) (v []object, ok bool) {
	if o[key] == nil {
		return nil, true
	}
	return v, json.Unmarshal(o[key], &v) == nil
}

// strs is an array of strings; ok is false when it is something else.
func (o object) strs(key string) (v []string, ok bool) {
	return v, o[key] != nil && json.Unmarshal(o[key], &v) == nil
}

// numbers is an array of numbers, or nil.
func (o object) numbers(key string) (v []int) {
	if json.Unmarshal(o[key], &v) != nil {
		return nil
	}
	return v
}

// encode writes JSON without HTML escapes.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only our own plain types come here
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}
