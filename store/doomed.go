package store

import (
	"context"
	"strconv"
)

// Doomed is what goes when things are kept for less long. Of what no setting is
// stricter nothing is counted.
type Doomed struct {
	Messages, Files, Rows Some // rows of the audit log
	Stricter              bool // than now, be there something or not
}

// Some is a number that was counted so far: where More, there are more.
type Some struct {
	N    int
	More bool
}

// doomedLooked is how many rows are looked at for a number.
const doomedLooked = 20_000

// Doomed counts it. Refusal: bad_retention, as SetRetention.
func (s *Store) Doomed(ctx context.Context, r Retention) (d Doomed, err error) {
	if err := r.check(); err != nil {
		return d, err
	}
	now, err := s.Retention(ctx)
	if err != nil {
		return d, err
	}
	messages, media := shorter(r.MessageMonths, now.MessageMonths), shorter(r.MediaMonths, now.MediaMonths)
	log := r.AuditDays < now.AuditDays
	d.Stricter = messages || media || log
	wiped, err := s.wipedUpTo(ctx, "messages_wiped")
	if err == nil && messages {
		d.Messages, err = s.some(ctx, `select m.at < $2 as old, m.dir <> 'event' and m.type <> 'erased' as goes from message m
			where m.id > $1 order by m.id limit $3 + 0`, wiped, s.keptFrom(r.MessageMonths))
	}
	if err == nil && (messages || media) {
		d.Files, err = s.doomedFiles(ctx, wiped, r)
	}
	if err == nil && log {
		d.Rows, err = s.some(ctx, "select true as old, true as goes from audit u where u.at >= $1 and u.at < $2 limit $3 + 0",
			0, s.now()-int64(r.AuditDays)*dayMS)
	}
	return d, err
}

// doomedFiles counts messages whose files go, by either of the settings.
func (s *Store) doomedFiles(ctx context.Context, wiped int64, r Retention) (Some, error) {
	until := int64(0)
	for _, months := range []int{r.MessageMonths, r.MediaMonths} {
		if months > 0 {
			until = max(until, s.keptFrom(months))
		}
	}
	dropped, err := s.wipedUpTo(ctx, "media_wiped")
	if err != nil {
		return Some{}, err
	}
	return s.some(ctx, `select m.at < $2 as old, exists (select 1 from media d where d.id in (m.media_id, m.thumb_id) and d.hash <> '') as goes
		from message m where m.id > $1 order by m.id limit $3 + 0`, max(wiped, dropped), until)
}

// shorter compares numbers of months of which 0 is for ever.
func shorter(months, than int) bool { return months > 0 && (than == 0 || months < than) }

// wipedUpTo is the message up to which a step of Retain has come.
func (s *Store) wipedUpTo(ctx context.Context, done string) (int64, error) {
	text, err := s.Setting(ctx, done)
	n, _ := strconv.ParseInt(text, 10, 64)
	return n, err
}

// some counts the rows of a query that are old and go, among the first it has.
func (s *Store) some(ctx context.Context, query string, from, until int64) (Some, error) {
	return row(ctx, s, func(r scanner) (some Some, err error) {
		var old int
		err = r.Scan(&old, &some.N)
		some.More = old == doomedLooked
		return some, err
	}, "select count(case when old then 1 end), count(case when old and goes then 1 end) from ("+query+") looked", from, until, doomedLooked)
}
