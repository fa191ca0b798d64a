package store

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// spell tells how each character of a text is read, one word for each: a Han
// character all its readings without tones (hang/xing), the most common first;
// any other letter or digit itself; the rest "-". So a browser can find a title
// by initials or pinyin, and mark what it found, without a table of its own.
func spell(text string) string {
	words := make([]string, 0, len(text)/3)
	readings := pinyin.Args{Style: pinyin.Normal, Heteronym: true}
	for _, r := range text {
		word := "-"
		if list := pinyin.SinglePinyin(r, readings); len(list) > 0 {
			word = strings.Join(distinct(list), "/")
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = string(unicode.ToLower(r))
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// distinct drops repeats: readings that differ in tone only.
func distinct(list []string) (out []string) {
	for _, one := range list {
		if one != "" && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}
