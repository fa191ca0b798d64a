package store

import "context"

// Media is a file of a message. Its bytes lie under their SHA-256 in the media
// folder, the same bytes once.
type Media struct {
	ID       int64  `json:"id"`
	State    string `json:"state"` // wanted, ready, lost
	Mime     string `json:"mime"`
	Size     int64  `json:"size"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Duration int64  `json:"duration"` // ms that voice or a film plays, 0 not known
	Name     string `json:"name"`
	Error    string `json:"error"` // why it is lost (expired, too_large, …), or why it still waits

	Account  int64  `json:"-"`
	Kind     string `json:"-"`
	Source   string `json:"-"` // WeChat's media id of a pushed medium
	URL      string `json:"-"`
	Hash     string `json:"-"`
	Attempts int    `json:"-"`
	Created  int64  `json:"-"`
	WxURL    string `json:"-"` // from media/uploadimg, permanent
}

const (
	mediaColumns = `id, state, mime, size, width, height, duration, name, error, account_id, kind, source, url, hash, attempts,
	created_at, wx_url`
	selectMedia = "select " + mediaColumns + " from media "
)

func scanMedia(r scanner) (d Media, err error) {
	err = r.Scan(&d.ID, &d.State, &d.Mime, &d.Size, &d.Width, &d.Height, &d.Duration, &d.Name, &d.Error, &d.Account,
		&d.Kind, &d.Source, &d.URL, &d.Hash, &d.Attempts, &d.Created, &d.WxURL)
	return d, err
}

// Media gives a medium; the caller checks the account.
func (s *Store) Media(ctx context.Context, id int64) (Media, error) {
	return row(ctx, s, scanMedia, selectMedia+"where id = $1", id)
}

// AddMedia stores the row of a file that is in the media folder.
func (s *Store) AddMedia(ctx context.Context, d Media) (Media, error) {
	d.State = "ready"
	defer s.fresh.add(d.Hash, -1)
	err := s.write(ctx, func(t *tx) (err error) {
		d.Created = t.now
		d.ID, err = t.insert(`insert into media (account_id, kind, state, hash, mime, size, width, height, duration, name, created_at)
			values ($1,$2,'ready',$3,$4,$5,$6,$7,$8,$9,$10)`,
			d.Account, d.Kind, d.Hash, d.Mime, d.Size, d.Width, d.Height, d.Duration, d.Name, t.now)
		return err
	})
	return d, err
}

// mediaWaits is the most that a medium waits for another try; see replyWaits.
const mediaWaits = 2 * 60 * 60 * 1000

// ClaimMedia takes media that are due to be fetched, at most limit, and puts
// their next try lease milliseconds ahead, so that a crash loses none.
func (s *Store) ClaimMedia(ctx context.Context, limit int, lease int64) (list []Media, err error) {
	err = s.write(ctx, func(t *tx) error {
		list, err = rows(ctx, t, scanMedia, `update media set attempts = attempts + 1, retry_at = $1 where id in
			(select id from media where state = 'wanted' and (retry_at <= $2 or retry_at > $3) order by retry_at, id limit $4 + 0)
			returning `+mediaColumns, t.now+lease, t.now, t.now+mediaWaits, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// NextMedia gives the due time of the wanted medium that is due first, which may
// be over; -1 when none is wanted.
func (s *Store) NextMedia(ctx context.Context) (at int64, err error) {
	return row(ctx, s, one[int64], `select coalesce(min(case when retry_at > $1 then 0 else retry_at end), -1) from media
		where state = 'wanted'`, s.now()+mediaWaits)
}

// MediaReady stores what was fetched. If nobody wants it any more, its file is
// left over.
func (s *Store) MediaReady(ctx context.Context, d Media) error {
	defer s.fresh.add(d.Hash, -1)
	return s.write(ctx, func(t *tx) error {
		n, err := t.affect(`update media set state = 'ready', hash = $1, mime = $2, size = $3, width = $4, height = $5, duration = $6, name = $7,
			error = '' where id = $8`, d.Hash, d.Mime, d.Size, d.Width, d.Height, d.Duration, d.Name, d.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.dropFile(d.Hash)
		}
		return t.mediaChanged(d.ID)
	})
}

// MediaRetry sets the next try of a medium that could not be fetched now. Who
// looks at it is told of the first failure, and when a full disk becomes the
// reason or no longer is: there may be many.
func (s *Store) MediaRetry(ctx context.Context, id, at int64, reason string) error {
	return s.write(ctx, func(t *tx) error {
		before, err := txOne[string](t, "select error from media where id = $1", id)
		if err != nil {
			return err
		}
		if err := t.exec("update media set retry_at = $1, error = $2 where id = $3", at, reason, id); err != nil {
			return err
		}
		if before == "" || (before == "disk_full") != (reason == "disk_full") {
			return t.mediaChanged(id)
		}
		return nil
	})
}

// MediaLost gives a medium up, with the reason.
func (s *Store) MediaLost(ctx context.Context, id int64, reason string) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("update media set state = 'lost', error = $1 where id = $2", reason, id); err != nil {
			return err
		}
		return t.mediaChanged(id)
	})
}

// MediaURL keeps the permanent address of a picture put through media/uploadimg.
func (s *Store) MediaURL(ctx context.Context, id int64, url string) error {
	return s.write(ctx, func(t *tx) error { return t.exec("update media set wx_url = $1 where id = $2", url, id) })
}

// mediaChanged appends an event for every message that shows the medium, and
// for the official account whose kf_account has it as avatar.
func (t *tx) mediaChanged(id int64) error {
	list, err := rows(context.Background(), t, scanMessage, selectMessage+"where m.media_id = $1 or m.thumb_id = $1 order by m.id", id)
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		event, err := t.messageChanged(m)
		if err != nil {
			return err
		}
		if err := t.exec("update conversation set event_id = $1 where id = $2", event, m.Conversation); err != nil {
			return err
		}
	}
	accounts, err := rows(context.Background(), t, one[int64], "select account_id from kf_account where avatar_id = $1", id)
	for _, account := range accounts {
		if err := t.note(Event{Kind: "account", Account: account}); err != nil {
			return err
		}
	}
	return err
}
