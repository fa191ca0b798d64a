package handlers

import (
	"sync"
	"time"
)

// linesMost is how many lines a minute the log takes about one thing that anybody can
// bring about without a log-in.
const linesMost = 30

// sparse counts such lines, so that a stranger cannot fill the disk with them. What is
// counted is named by us, never by the stranger.
type sparse struct {
	mu    sync.Mutex
	lines map[string]*linesOf
}

type linesOf struct {
	minute   int64
	n, quiet int // written in this minute; not written since the last one that was
}

// may tells whether one more line may be written now, and how many were not since the
// last one.
func (s *sparse) may(what string, now time.Time) (quiet int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines == nil {
		s.lines = map[string]*linesOf{}
	}
	of := s.lines[what]
	if of == nil {
		of = &linesOf{}
		s.lines[what] = of
	}
	if minute := now.Unix() / 60; minute != of.minute {
		of.minute, of.n = minute, 0
	}
	if of.n++; of.n > linesMost {
		of.quiet++
		return 0, false
	}
	quiet, of.quiet = of.quiet, 0
	return quiet, true
}
