package e2e

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	cd "github.com/chromedp/chromedp"
)

// All of chromedp is used in this file, page_test.go, gesture_test.go and
// watch_test.go: its API has changed before.

//go:embed testdata/page.js
var pageScript string

// chromium is the browser of this machine.
var chromium = sync.OnceValues(func() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "google-chrome", "chromium-headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium here: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji")
})

var running struct {
	sync.Once
	ctx   context.Context
	close context.CancelFunc
	err   error
}

// launched is the one browser of all tests.
func launched(t testing.TB) context.Context {
	t.Helper()
	path, err := chromium()
	if err != nil {
		if os.Getenv("CI") == "true" || os.Getenv("E2E") == "require" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	running.Do(func() {
		options := append(cd.DefaultExecAllocatorOptions[:], cd.ExecPath(path), cd.NoSandbox, cd.WindowSize(1440, 900),
			cd.Flag("disable-gpu", true), cd.Flag("disable-quic", true), cd.Flag("disable-component-update", true),
			cd.Flag("disable-domain-reliability", true), cd.Flag("no-pings", true), cd.Flag("mute-audio", true),
			cd.Flag("use-fake-device-for-media-stream", true), // a microphone that beeps
			cd.Flag("accept-lang", "zh-CN,zh"), cd.Flag("force-color-profile", "srgb"), cd.Flag("font-render-hinting", "none"))
		alloc, stop := cd.NewExecAllocator(context.Background(), options...)
		ctx, cancel := cd.NewContext(alloc, cd.WithErrorf(quiet))
		running.ctx, running.close = ctx, func() { cancel(); stop() }
		running.err = cd.Do(ctx)
	})
	must(t, running.err)
	return running.ctx
}

// quiet drops chromedp's own complaints about events that it does not know.
func quiet(string, ...any) {}

func closeBrowser() {
	if running.close != nil {
		running.close()
	}
}

// browsers lets two tests use the browser at a time, however many run.
var browsers = make(chan struct{}, 2)

// parallel runs a test beside one other that uses the browser.
func parallel(t *testing.T) {
	t.Helper()
	t.Parallel()
	browsers <- struct{}{}
	t.Cleanup(func() { <-browsers })
}

func keep(t testing.TB, name string, data []byte) {
	dir := out(t.Name())
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(fmt.Sprintf("%s/%s", dir, name), data, 0o644)
	}
	if err != nil {
		t.Log(err)
	}
}
