// Package e2e does what people do with the console: real browsers and the real
// program, with an imitation of WeChat on the other side.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for something that must come. It is no
// measure of speed: the machine may be slow and busy.
const patience = 45 * time.Second

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	closeBrowser()
	os.RemoveAll(seed.data)
	os.Exit(code)
}

// out is where binaries, pictures and what failed tests leave are put.
func out(parts ...string) string {
	return filepath.Join(append([]string{"out"}, parts...)...)
}

// buildOnce makes the program, with the race detector in it for tests.
var buildOnce = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(out("bin", "kfdesk"))
	if err != nil {
		return "", err
	}
	race := flag.Lookup("test.bench").Value.String() == "" // benchmarks measure what is released
	if text, err := exec.Command("go", "build", "-race="+strconv.FormatBool(race), "-o", path, "..").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, text)
	}
	return path, nil
})

func binary(t testing.TB) string {
	t.Helper()
	path, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
