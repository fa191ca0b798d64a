package rig

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
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
	cmd := exec.Command(s.binary, append([]string{"-addr", s.URL[len("http://"):], "-data", s.Data, "-wechat-api", s.api}, s.Flags...)...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.PID = cmd, cmd.Process.Pid
	began := time.Now()
	s.ended = make(chan struct{})
	go func() { defer close(s.ended); _ = cmd.Wait() }()
	often := time.NewTicker(2 * time.Millisecond)
	defer often.Stop()
	late := time.After(startTime)
	for {
		if answer, err := http.Get(s.URL + "/healthz"); err == nil {
			s.Took = time.Since(began)
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

// Log is the end of what the program wrote.
func (s *Server) Log() string { return s.log.String() }

// lines keeps the end of a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const logMost = 1 << 20

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf.Len() > logMost {
		l.buf.Next(logMost / 2)
	}
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
