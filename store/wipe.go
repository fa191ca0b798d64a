package store

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
)

// wipeAtOnce bounds how many messages one change wipes: pushes wait for it.
const wipeAtOnce = 300

// wipe takes out of messages what was said in them: body, raw push, files. The
// rows stay, with who wrote them and when, for counts and statistics hang on
// them; so do the lines about the conversation itself. What lies in other files
// is left over for Tidy and the index.
func (t *tx) wipe(ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	const these = "(select value from json_each($1))"
	media, err := rows(context.Background(), t, one[int64], `select m.media_id from message m where m.id in `+these+` and m.media_id is not null
		union select m.thumb_id from message m where m.id in `+these+` and m.thumb_id is not null`, string(list))
	if err != nil {
		return err
	}
	if err := t.exec(`insert into leftover (kind, ref) select 'message', m.id from message m where m.id in `+these+` and m.dir <> 'event'
		on conflict do nothing`, string(list)); err != nil {
		return err
	}
	if err := t.exec(`update message set type = case when dir = 'event' then type else 'erased' end,
		body = case when dir = 'event' and raw is null then body else '{}' end, raw = null, dedupe = null, client_id = null,
		errmsg = '', media_id = null, thumb_id = null where id in `+these, string(list)); err != nil {
		return err
	}
	if err := t.exec("update attempt set errmsg = '' where message_id in "+these, string(list)); err != nil {
		return err
	}
	if err := t.exec(`update conversation set last_type = 'erased', last_text = '' where id in (select m.conversation_id from message m where m.id in `+
		these+`) and last_id in `+these+` and last_dir <> 'event'`, string(list)); err != nil {
		return err
	}
	for _, id := range media {
		if err := t.dropMedia(id); err != nil {
			return err
		}
	}
	return nil
}

// mediaUsed tells whether anything still has a medium, mediaElsewhere whether
// anything but messages has.
const (
	mediaUsed = `select exists (select 1 from message m where m.media_id = $1) or exists (select 1 from message m where m.thumb_id = $1)
	or ` + mediaElsewhere
	mediaElsewhere = `exists (select 1 from article i where i.cover_id = $1) or exists (select 1 from kf_account k where k.avatar_id = $1)
	or exists (select 1 from quickreply q where q.media_id = $1 or q.thumb_id = $1)
	or exists (select 1 from draft w where instr(w.files, '"media":' || $1 || '}') > 0)` // as keptFile is written
)

// dropMedia forgets a medium that nothing has any more; its file too, unless
// another one is of the same bytes.
func (t *tx) dropMedia(id int64) error {
	used, err := txOne[bool](t, mediaUsed, id)
	if err != nil || used {
		return err
	}
	hash, err := txOne[string](t, "delete from media where id = $1 returning hash", id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.dropFile(hash)
}

func (t *tx) dropFile(hash string) error {
	if hash == "" {
		return nil
	}
	return t.exec(`insert into leftover (kind, ref) select 'file', $1 where not exists (select 1 from media d where d.hash = $1 and d.hash <> '')
		on conflict do nothing`, hash)
}

// Tidy goes on with what erasures have begun, in small pieces, until all is done
// or has to wait for a reply that is on its way. A crash loses nothing of it.
func (s *Store) Tidy(ctx context.Context) error {
	for _, step := range []func(*tx) (bool, error){(*tx).wipeNext, s.removeFiles} {
		if err := s.pieces(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// removeFiles removes some files that are left over. A file that somebody has
// saved and whose row is still to come stays.
func (s *Store) removeFiles(t *tx) (more bool, err error) {
	list, err := rows(context.Background(), t, one[string], "select ref from leftover where kind = 'file' order by ref limit $1 + 0", wipeAtOnce)
	if err != nil {
		return false, err
	}
	for _, hash := range list {
		used, err := txOne[bool](t, "select exists (select 1 from media d where d.hash = $1 and d.hash <> '')", hash)
		if err != nil {
			return false, err
		}
		if !used {
			if done, err := s.fresh.remove(hash, s.FilePath(hash)); err != nil || !done {
				return false, err
			}
		}
		if err := t.exec("delete from leftover where kind = 'file' and ref = $1", hash); err != nil {
			return false, err
		}
		if err := t.exec("delete from upload where hash = $1", hash); err != nil {
			return false, err
		}
	}
	return len(list) == wipeAtOnce, nil
}

// freshFiles are files that are saved and whose rows are still to come, by hash:
// nobody may remove them. How many rows are awaited.
type freshFiles struct {
	mu    sync.Mutex
	count map[string]int
}

func (f *freshFiles) add(hash string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count == nil {
		f.count = map[string]int{}
	}
	if f.count[hash] += n; f.count[hash] <= 0 {
		delete(f.count, hash)
	}
}

// remove removes a file unless it was just saved; then done is false.
func (f *freshFiles) remove(hash, path string) (done bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count[hash] > 0 {
		return false, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	return true, nil
}
