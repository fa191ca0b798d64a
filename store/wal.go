package store

import (
	"context"
	"os"
)

// walMost is the size at which the write-ahead log is emptied. SQLite does so
// by itself at 16 MiB (see dsn), but only when nobody reads at that moment, and under load
// somebody always does.
const walMost = 64 << 20

// emptyWAL waits a moment until those who read now have done, with nobody
// starting on the log meanwhile. If they take longer it is tried again when the
// log has grown as much once more.
func (w *writer) emptyWAL() {
	if w.walSize() < w.walMost {
		return
	}
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
