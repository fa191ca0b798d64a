package rig

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"
)

const (
	startTime = 60 * time.Second
	stopTime  = 30 * time.Second
)

// Start starts the program, and returns when it answers.
func (s *Server) Start() error {
	began := time.Now()
	err := s.Launch()
	if err == nil {
		err = s.await()
	}
	s.Took = time.Since(began)
	return err
}

// Launch starts the program, and does not wait for it.
func (s *Server) Launch() error {
	cmd := exec.Command(s.binary, append([]string{"-addr", s.URL[len("http://"):], "-data", s.Data, "-wechat-api", s.api}, s.Flags...)...)
	cmd.Env = append(os.Environ(), s.Env...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.PID = cmd, cmd.Process.Pid
	s.ended = make(chan struct{})
	go func() { defer close(s.ended); _ = cmd.Wait() }()
	return nil
}

func (s *Server) await() error {
	often := time.NewTicker(2 * time.Millisecond)
	defer often.Stop()
	late := time.After(startTime)
	for {
		if answer, err := Client.Get(s.URL + "/healthz"); err == nil {
			return answer.Body.Close()
		}
		select {
		case <-often.C:
		case <-s.ended:
			return fmt.Errorf("the program ended at its start:\n%s", s.Log())
		case <-late:
			return fmt.Errorf("the program does not answer:\n%s", s.Log())
		}
	}
}

// Kill ends the program as a power cut does.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
}

// Stop asks the program to end, and tells whether it did so well.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(stopTime):
		s.Kill()
		return errors.New("the program does not end")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the program ended with %d", code)
	}
	return nil
}

// Close ends the program and the imitation, and removes what New made.
func (s *Server) Close() {
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.ended:
		case <-time.After(stopTime):
			s.Kill()
		}
	}
	if s.stopBox != nil {
		s.stopBox()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// Keep moves the data directory and the log to where they stay, for who looks.
func (s *Server) Keep() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "kfdesk-kept-"); err != nil {
		return "", err
	}
	err = errors.Join(os.CopyFS(filepath.Join(dir, "data"), os.DirFS(s.Data)),
		os.WriteFile(filepath.Join(dir, "log"), []byte(s.Log()), 0o600))
	if text := s.Panic(); text != "" {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, "panic"), []byte(text), 0o600))
	}
	return dir, err
}

// Log is the end of what the program wrote.
func (s *Server) Log() string { return s.log.String() }

// Panic is the beginning of what the program wrote from its first panic or data race
// on, however long ago that was; "": it had none.
func (s *Server) Panic() string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return string(s.log.panic)
}

// lines keeps the end of a log, and what follows the first panic in it.
type lines struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	panic []byte
}

const (
	logMost   = 1 << 20
	panicMost = 64 << 10
)

var panics = regexp.MustCompile(`DATA RACE|panic|fatal error: `)

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf.Len() > logMost {
		l.buf.Next(logMost / 2)
	}
	from := max(0, l.buf.Len()-len("fatal error: ")) // a word may come in two pieces
	l.buf.Write(b)
	more := b
	if l.panic == nil {
		all := l.buf.Bytes()
		at := panics.FindIndex(all[from:])
		if at == nil {
			return len(b), nil
		}
		more = all[1+bytes.LastIndexByte(all[:from+at[0]], '\n'):]
	}
	l.panic = append(l.panic, more[:min(len(more), panicMost-len(l.panic))]...)
	return len(b), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
