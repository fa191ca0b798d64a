package store

import (
	"context"
	"errors"
)

// Upload gives WeChat's id of these bytes, uploaded as this type for the
// official account; "" when there is none that is still good.
func (s *Store) Upload(ctx context.Context, account int64, hash, typ string) (mediaID string, err error) {
	mediaID, err = row(ctx, s, one[string], `select media_id from upload where account_id = $1 and hash = $2 and type = $3 and until > $4`,
		account, hash, typ, s.now())
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return mediaID, err
}

// Uploaded keeps WeChat's id of an upload, for reuse until then. What is over
// goes.
func (s *Store) Uploaded(ctx context.Context, account int64, hash, typ, mediaID string, until int64) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.exec("delete from upload where until <= $1", t.now); err != nil {
			return err
		}
		return t.exec(`insert into upload (account_id, hash, type, media_id, until) values ($1,$2,$3,$4,$5)
			on conflict (account_id, hash, type) do update set media_id = excluded.media_id, until = excluded.until`,
			account, hash, typ, mediaID, until)
	})
}

// UploadsGone forgets the uploads of a reply's files: WeChat dropped one before
// its time, and does not say which. n tells how many there were.
func (s *Store) UploadsGone(ctx context.Context, messageID int64) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		n, err = t.affect(`delete from upload where (account_id, hash) in (select d.account_id, d.hash from media d
			join message m on d.id in (m.media_id, m.thumb_id) where m.id = $1)`, messageID)
		return err
	})
	return n, err
}
