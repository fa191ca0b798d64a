package store

import (
	"strings"
	"unicode"
)

// Texts are looked up by words. A run of letters and digits is one word, found
// by its beginning; scripts without spaces, and emoji, are cut into pairs of
// neighbours with the last character of a run alone, so that any stretch of
// characters is the phrase of its pairs. The words are given to the index with
// spaces between them.

// run is a stretch of characters of one kind. What separates runs is not kept.
type run struct {
	dense bool // Chinese, Japanese, Korean, Thai, emoji: there are no spaces
	chars []char
}

// char is a folded character and where it stands in the text, in characters.
type char struct {
	r  rune
	at int
}

func runs(text string) []run {
	var list []run
	inside, at := false, -1
	for _, r := range text {
		at++
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue // seen by nobody, and put anywhere
		}
		r = fold(r)
		dense := isDense(r)
		switch {
		case unicode.Is(unicode.M, r) && inside: // belongs to the character before it
		case !dense && !unicode.IsLetter(r) && !unicode.IsNumber(r):
			inside = false
			continue
		case !inside || list[len(list)-1].dense != dense:
			list = append(list, run{dense: dense})
		}
		inside = true
		last := &list[len(list)-1]
		last.chars = append(last.chars, char{r, at})
	}
	return list
}

// fold makes what people take for the same the same: wide and narrow forms,
// capitals and small letters. One character stays one.
func fold(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

func isDense(r rune) bool {
	return r > unicode.MaxLatin1 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.So)
}

func (r run) word(from, to int) string {
	var b strings.Builder
	for _, c := range r.chars[from:min(to, len(r.chars))] {
		b.WriteRune(c.r)
	}
	return b.String()
}

// words are what is indexed of a text.
func words(text string) string {
	var list []string
	for _, r := range runs(text) {
		if !r.dense {
			list = append(list, r.word(0, len(r.chars)))
			continue
		}
		for i := range r.chars {
			list = append(list, r.word(i, i+2))
		}
	}
	return strings.Join(list, " ")
}

// term is a part of a query that stands in a text as it is.
type term []run

// Bounds of a query: what goes beyond is not looked for.
const (
	queryMost = 200 // characters
	termsMost = 10
)

// terms are the parts of a query, between spaces. All must be found.
func terms(query string) (list []term) {
	if r := []rune(query); len(r) > queryMost {
		query = string(r[:queryMost])
	}
	for _, part := range strings.Fields(query) {
		if t := term(runs(part)); len(t) > 0 && len(list) < termsMost {
			list = append(list, t)
		}
	}
	return list
}

// phrase is the term as FTS5 looks for it. It holds letters and symbols only,
// so that nothing in it has a meaning to FTS5.
func (t term) phrase() string {
	var list []string
	prefix := false
	for i, r := range t {
		end := i == len(t)-1
		n := len(r.chars)
		if !r.dense {
			list, prefix = append(list, r.word(0, n)), end
			continue
		}
		for j := 0; j < n-1; j++ {
			list = append(list, r.word(j, j+2))
		}
		if n == 1 || !end { // the run of the text ends here too, or one character is all there is
			list = append(list, r.word(n-1, n))
		}
		prefix = end && n == 1
	}
	if phrase := `"` + strings.Join(list, " ") + `"`; !prefix {
		return phrase
	} else {
		return phrase + "*"
	}
}

// flat is runs one behind the other, a zero before each.
func flat(list []run) []char {
	var all []char
	for _, r := range list {
		all = append(append(all, char{}), r.chars...)
	}
	return all
}

// marks are where terms stand in a text, [from, to) in characters, in order and
// without overlap.
func marks(text []run, list []term) (found [][2]int) {
	all := flat(text)
	for i := 0; i < len(all); {
		n := 0
		for _, t := range list {
			n = max(n, t.standsAt(all[i:]))
		}
		if n == 0 {
			i++
			continue
		}
		from := all[i].at
		if all[i].r == 0 {
			from = all[i+1].at
		}
		found = append(found, [2]int{from, all[i+n-1].at + 1})
		i += n
	}
	return found
}

// standsAt tells how many characters the term takes if it begins here, 0 if it
// does not. A word begins where a word of the text does.
func (t term) standsAt(text []char) int {
	want := flat(t)
	if t[0].dense {
		want = want[1:]
	}
	if len(want) > len(text) {
		return 0
	}
	for i, c := range want {
		if text[i].r != c.r {
			return 0
		}
	}
	return len(want)
}
