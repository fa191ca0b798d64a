package store

import (
	"context"
	"os"
	"time"
)

// walMost is the size at which the write-ahead log is emptied. That begins anew by
// itself only when all of it is copied and nobody reads, and under load somebody
// always does.
const walMost = 64 << 20

// copyEvery is how often what was written is copied from the log into the database.
// SQLite would do it in the midst of a commit, which then takes ten times as long.
const copyEvery = time.Second

// copyLog copies beside those who write. What fails here is done by the next time, or
// when the log is emptied.
func (w *writer) copyLog(ctx context.Context) {
	tick := time.NewTicker(copyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.copying.Lock()
		_, _ = w.db.ExecContext(context.Background(), "pragma wal_checkpoint(passive)")
		w.copying.Unlock()
	}
}

// emptyWAL waits a moment until those who read now have done, with nobody
// starting on the log meanwhile. If they take longer it is tried again when the
// log has grown as much once more.
func (w *writer) emptyWAL() {
	if w.walSize() < w.walMost {
		return
	}
	if !w.copying.TryLock() {
		return // the next commit looks again
	}
	defer w.copying.Unlock()
	for _, pragma := range []string{"pragma busy_timeout(100)", "pragma wal_checkpoint(truncate)", "pragma busy_timeout(5000)"} {
		_, _ = w.conn.ExecContext(context.Background(), pragma)
	}
	w.walMost = w.walSize() + walMost
}

func (w *writer) walSize() int64 {
	info, err := os.Stat(w.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}
