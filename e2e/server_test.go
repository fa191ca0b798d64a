package e2e

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is the program as a child process.
type server struct {
	t    testing.TB
	URL  string
	log  *journal
	args []string
	cmd  *exec.Cmd
	end  chan error

	forgiven *regexp.Regexp // complaints that belong to the test
}

var (
	openAt = regexp.MustCompile(`is open at (http://(?:127\.0\.0\.1|localhost):\d+)`)
	breach = regexp.MustCompile(`breach of the content policy.*|WARNING: DATA RACE`)
)

// serve starts the program on a free port. When the test ends it must stop as
// asked, with no race and no complaint of a browser in its log.
func serve(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{t: t, log: &journal{}, args: append([]string{"-addr", "127.0.0.1:0"}, args...)}
	t.Cleanup(s.finish)
	s.start()
	return s
}

// start runs the program and waits until it is open. The second time it is
// given the port that it had before.
func (s *server) start() {
	s.t.Helper()
	s.log.forget()
	s.cmd = program(s.t, s.args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	must(s.t, s.cmd.Start())
	s.end = make(chan error, 1)
	go func(cmd *exec.Cmd, end chan error) { end <- cmd.Wait(); close(end) }(s.cmd, s.end)
	s.URL = s.log.wait(s.t, openAt)[1]
	s.args[1] = strings.TrimPrefix(s.URL, "http://")
}

// freeAddr is an address that nobody listens on.
func freeAddr(t testing.TB) string {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listen.Close()
	return listen.Addr().String()
}

// program is the binary with these arguments, in an environment of its own.
func program(t testing.TB, args ...string) *exec.Cmd {
	cmd := exec.Command(binary(t), args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "KFDESK_LANG=en", "GORACE=halt_on_error=1", "TZ=Asia/Shanghai"}
	return cmd
}

func (s *server) running() bool { return s.cmd != nil }

// stop asks the program to end, as systemd does, and gives the exit code.
func (s *server) stop() int {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	return s.wait()
}

// kill ends the program at once, as a power cut does.
func (s *server) kill() {
	s.t.Helper()
	must(s.t, s.cmd.Process.Kill())
	s.wait()
}

func (s *server) wait() int {
	s.t.Helper()
	select {
	case err := <-s.end:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			s.t.Fatal(err)
		}
	case <-time.After(patience):
		s.t.Errorf("the program does not end\n%s", s.log)
		s.cmd.Process.Kill()
		<-s.end
	}
	code := s.cmd.ProcessState.ExitCode()
	s.cmd = nil
	return code
}

func (s *server) finish() {
	if s.running() {
		if code := s.stop(); code != 0 {
			s.t.Errorf("the program ended with %d", code)
		}
	}
	for _, line := range breach.FindAllString(s.log.String(), -1) {
		if s.forgiven == nil || !s.forgiven.MatchString(line) {
			s.t.Errorf("server log: %s", line)
		}
	}
	if s.t.Failed() {
		keep(s.t, "server.log", []byte(s.log.String()))
	}
}

// journal collects what a program prints.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
	from int // what was printed before does not count for wait
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.from = j.text.Len()
}

// wait gives the first match in what is printed, now or later.
func (j *journal) wait(t testing.TB, pattern *regexp.Regexp) []string {
	t.Helper()
	var found []string
	eventually(t, "the program to print "+pattern.String(), func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		found = pattern.FindStringSubmatch(j.text.String()[j.from:])
		return found != nil
	}, j.String)
	return found
}

// eventually waits until ok is true. On failure it shows what explain says.
func eventually(t testing.TB, what string, ok func() bool, explain func() string) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s\n%s", what, explain())
		}
	}
}
