package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"time"
)

// Size is what the data takes up of its disk at a time, in bytes.
type Size struct {
	At    int64 `json:"at"`
	Media int64 `json:"media"` // pictures, voices and films
	All   int64 `json:"all"`   // with the database and the search index; without what is no data of now: backups, copies, write-ahead logs
}

const (
	sizesSetting = "sizes"
	sizeEvery    = 24 * time.Hour      // between two sizes that are kept
	sizesKept    = 30 * 24 * time.Hour // after which one is forgotten
	growthSpan   = 2 * 24 * time.Hour  // over which growth is told at least
)

// Measure looks how much there is now, and remembers it beside that of the days before.
func (s *Store) Measure(ctx context.Context) error {
	size, err := s.measure(ctx)
	if err != nil {
		return err
	}
	list, err := s.Sizes(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(appendSize(list, size))
	if err != nil {
		return err
	}
	return s.SetSetting(ctx, sizesSetting, string(text))
}

// Sizes are those of the last month, about one a day, and the last. The oldest comes
// first. There are none until something was measured.
func (s *Store) Sizes(ctx context.Context) (list []Size, err error) {
	text, err := s.Setting(ctx, sizesSetting)
	if err != nil || text == "" {
		return nil, err
	}
	return list, json.Unmarshal([]byte(text), &list)
}

func (s *Store) measure(ctx context.Context) (size Size, err error) {
	files := s.Pulse()
	size = Size{At: s.now()}
	size.Media, err = folderSize(ctx, filepath.Join(s.dir, "media"))
	size.All = size.Media + files.Database + files.Search
	return size, err
}

// folderSize adds up the files in a folder and below it. What goes away meanwhile, and
// what may not be read, is not counted.
func folderSize(ctx context.Context, dir string) (sum int64, err error) {
	if real, err := filepath.EvalSymlinks(dir); err == nil { // a walk does not follow the first, either
		dir = real
	}
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			return nil
		case err != nil || d.IsDir():
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// appendSize puts the newest size at the end, in the place of the one before as long
// as that is not a day younger than its own. Of a clock that went back what was to come
// is forgotten.
func appendSize(list []Size, size Size) (kept []Size) {
	for _, one := range list {
		switch {
		case one.At >= size.At, size.At-one.At > sizesKept.Milliseconds():
		case len(kept) > 0 && one.At-kept[len(kept)-1].At < sizeEvery.Milliseconds():
		default:
			kept = append(kept, one)
		}
	}
	return append(kept, size)
}

// Growth is by how many bytes a day the data has grown; ok is false until it was
// measured over two days. Backups are no part of it: until they are as many as are
// kept, they would be most of it.
func Growth(list []Size) (day int64, ok bool) {
	if len(list) == 0 {
		return 0, false
	}
	first, last := list[0], list[len(list)-1]
	span := last.At - first.At
	if span < growthSpan.Milliseconds() {
		return 0, false
	}
	return int64(float64(last.All-first.All) / float64(span) * float64(24*time.Hour.Milliseconds())), true
}
