package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kfdesk/e2e/rig"
)

// planted is a run in which nothing has happened yet.
func planted(t *testing.T) *chaos {
	return &chaos{Server: &rig.Server{Data: t.TempDir()}, ledger: newLedger(), asker: &http.Transport{}, dir: t.TempDir()}
}

// mustFind: each of the words is in one fault, and there are no others.
func (c *chaos) mustFind(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		found := 0
		for _, fault := range c.faults {
			if strings.Contains(fault, word) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d faults with %q", found, word)
		}
	}
	if len(c.faults) != len(words) {
		t.Errorf("faults: %q", c.faults)
	}
	c.faults = nil
}

// A backup that fails is a fault, and excuses nothing but a restore does. The end of the
// troubles breaks none off.
func TestCommandFails(t *testing.T) {
	c := planted(t)
	c.trouble(t.Context(), []trouble{{kind: "backup"}, {kind: "backup killed"}, {kind: "restore"}})
	c.mustFind(t, "backup at", "backup killed at", "restore at")
	if len(c.hard) != 1 {
		t.Errorf("requests may fail in %d troubles, not only in the restore", len(c.hard))
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := c.make(over, trouble{kind: "backup"}); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("when the time is over: %v", err)
	}
	if ctx, done := whole(over); ctx.Err() != nil {
		t.Error("the end breaks a restore off")
	} else if _, bound := ctx.Deadline(); !bound {
		t.Error("a restore may take for ever")
	} else {
		done()
	}
}

// What a killed backup leaves may be there once; the program's own backups always.
func TestJudgeFiles(t *testing.T) {
	c := planted(t)
	for _, name := range []string{"kfdesk.db", "backups/kfdesk-20260102-030000.kfbackup", "backups/kfdesk-20260102-030000.json",
		snapshotOf("1.kfbackup") + "/kfdesk.db"} {
		path := filepath.Join(c.Data, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	c.judgeFiles([]string{filepath.Join(c.dir, "1.kfbackup")})
	c.mustFind(t)
	c.judgeFiles([]string{filepath.Join(c.dir, "2.kfbackup")})
	c.mustFind(t, ".snapshot-1.kfbackup.part is left", ".snapshot-1.kfbackup.part/kfdesk.db is left")
	c.judgeFiles(nil)
	c.mustFind(t, ".snapshot-1.kfbackup.part is left", ".snapshot-1.kfbackup.part/kfdesk.db is left")
}

// A request that fails is a fault, unless it met a trouble that explains it.
func TestJudgeAnswers(t *testing.T) {
	c := planted(t)
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }))
	defer program.Close()
	ask := func(wire carrier, path string) {
		answer, err := (&http.Client{Transport: wire}).Post(program.URL+path, "", strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	ask(c.requests(c.asker), "/api/v1/x")
	ask(c.pushes(c.asker), "/wechat/x")
	ask(c.requests(c.asker), "/healthz")
	c.judgeAnswers()
	c.mustFind(t, "POST /api/v1/x", "POST /wechat/x")
	c.hard = []span{{c.failed[0].from.Add(-time.Hour), c.failed[0].from}}
	c.failed[1].from = c.failed[0].from.Add(time.Nanosecond)
	c.judgeAnswers()
	c.mustFind(t, "POST /wechat/x")
}

func TestJudgeWork(t *testing.T) {
	c := planted(t)
	c.judgeWork()
	c.mustFind(t, "told of", "replies sent", "order compared: pushes", "order compared: replies")
	for _, what := range []string{"pushes that WeChat was told of", "replies sent", "order compared: pushes", "order compared: replies"} {
		c.counts[what] = 1
	}
	c.judgeWork()
	c.mustFind(t)
}

// Goroutines that cannot be counted are an error, not a figure.
func TestGoroutines(t *testing.T) {
	c := planted(t)
	said := ""
	metrics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, said) }))
	defer metrics.Close()
	if _, err := c.goroutines(); err == nil {
		t.Error("there are no metrics, and it counts")
	}
	c.Metrics = metrics.URL
	if n, err := c.goroutines(); err == nil {
		t.Errorf("the metrics are empty, and it counts %d", n)
	}
	said = "go_threads 9\ngo_goroutines 17\n"
	if n, err := c.goroutines(); n != 17 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// All faults are told, and a long list is cut.
func TestVerdict(t *testing.T) {
	c := planted(t)
	if err := c.verdict(); err != nil {
		t.Error(err)
	}
	for range 50 {
		c.fault("broken")
	}
	if text := c.verdict().Error(); strings.Count(text, "broken") != 40 || !strings.HasSuffix(text, "and 10 more") {
		t.Error(text)
	}
}
