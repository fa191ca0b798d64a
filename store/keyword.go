package store

import (
	"context"
	"strings"
)

// Keyword answers a text that contains one of its words, or is one, while nobody
// is on duty. One that raises sends nothing: it moves who waits one level forward
// in the queue, whoever is on duty.
type Keyword struct {
	On    bool     `json:"on"`
	Words []string `json:"words"`
	Exact bool     `json:"exact"`
	Raise bool     `json:"raise"`
	Text  string   `json:"text"`
}

const wordsMost = 20

// fits tidies a keyword and tells whether it can be meant.
func (k *Keyword) fits() bool {
	if k.Text = strings.TrimSpace(k.Text); k.Raise {
		k.Text = ""
	}
	if (k.Text == "") != k.Raise || len(k.Text) > textMost || len(k.Words) == 0 || len(k.Words) > wordsMost {
		return false
	}
	for _, word := range k.Words {
		if !named(word) || strings.TrimSpace(word) != word {
			return false
		}
	}
	return true
}

// meant is the first keyword that a text means, and which word of it; nil when
// there is none.
func (a *Autos) meant(said string, duty bool) (*Keyword, string) {
	said = strings.ToLower(strings.TrimSpace(said))
	for i := range a.Keywords {
		k := &a.Keywords[i]
		if !k.On || duty && !k.Raise {
			continue
		}
		for _, word := range k.Words {
			if low := strings.ToLower(word); said == low || !k.Exact && strings.Contains(said, low) {
				return k, word
			}
		}
	}
	return nil, ""
}

// raise moves a conversation that waits one level forward, once a wait; a line
// tells which word did it.
func (t *tx) raise(conversationID int64, word string) error {
	n, err := t.affect("update conversation set raised_at = $1 where id = $2 and state = 'waiting' and raised_at = 0", t.now, conversationID)
	if err != nil || n == 0 {
		return err
	}
	v, err := txRow(t, scanConversation, selectConversation+"where v.id = $1", conversationID)
	if err != nil {
		return err
	}
	return t.story(&Agent{}, &v, "raised", body{"word": word})
}

// hitDays is how many days the uses of keywords are counted for, today included.
const hitDays = 7

// KeywordHit names what is counted: a word, as one that a text contains or as
// one that it is.
type KeywordHit struct {
	Word  string // in small letters
	Exact bool
}

// hit counts a use of a keyword; what is too old is forgotten.
func (t *tx) hit(accountID int64, k *Keyword, word string) error {
	day := beijingDay(t.now)
	if err := t.exec("delete from keyword_hit where account_id = $1 and day <= $2", accountID, day-hitDays); err != nil {
		return err
	}
	return t.exec(`insert into keyword_hit (account_id, day, word, exact, hits) values ($1,$2,$3,$4,1)
		on conflict (account_id, day, word, exact) do update set hits = hits + 1`, accountID, day, strings.ToLower(word), k.Exact)
}

// beijingDay numbers the days of Beijing.
func beijingDay(ms int64) int64 { return (ms + 8*60*60*1000) / (dayMinutes * 60_000) }

// KeywordHits counts how often the words of an official account's keywords were
// meant in the last seven days.
func (s *Store) KeywordHits(ctx context.Context, accountID int64) (map[KeywordHit]int, error) {
	type counted struct {
		KeywordHit
		n int
	}
	list, err := rows(ctx, s, func(r scanner) (c counted, err error) { err = r.Scan(&c.Word, &c.Exact, &c.n); return c, err },
		`select word, exact, sum(hits) from keyword_hit where account_id = $1 and day > $2 group by word, exact`,
		accountID, beijingDay(s.now())-hitDays)
	hits := map[KeywordHit]int{}
	for _, c := range list {
		hits[c.KeywordHit] = c.n
	}
	return hits, err
}

// Hits sums them up over the words of a keyword.
func (k *Keyword) Hits(hits map[KeywordHit]int) (n int) {
	for _, word := range k.Words {
		n += hits[KeywordHit{strings.ToLower(word), k.Exact}]
	}
	return n
}
