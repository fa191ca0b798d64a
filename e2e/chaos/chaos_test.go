package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A seed is a plan, and a plan has all that can go wrong.
func TestPlan(t *testing.T) {
	show := func(seed uint64) string { return fmt.Sprint(plan(seed, 2*time.Minute)) }
	if first, again := show(7), show(7); first != again || first == show(8) {
		t.Error("a seed is not a plan")
	}
	for seed := range uint64(20) {
		list := plan(seed, 2*time.Minute)
		saved := false
		for _, want := range deck() {
			if !slices.ContainsFunc(list, want.like) {
				t.Errorf("seed %d has no %v", seed, want)
			}
		}
		for _, got := range list {
			saved = saved || got.kind == "backup"
			if got.kind == "restore" && !saved {
				t.Errorf("seed %d restores before it saves", seed)
			}
		}
	}
}

// The known plan is one that is always the same and has all that can go wrong, in time
// for it to meet something.
const knownSeed, knownTime = 7, 75 * time.Second

func TestKnownPlan(t *testing.T) {
	list := plan(knownSeed, knownTime-5*time.Second)
	for _, want := range deck() {
		if !slices.ContainsFunc(list, want.like) {
			t.Errorf("there is no %v in it: choose another seed", want)
		}
	}
}

// like tells whether two troubles are the same but for their particulars.
func (t trouble) like(other trouble) bool {
	return t.kind == other.kind && t.fault.Kind == other.fault.Kind && t.fault.On == other.fault.On &&
		t.fault.Code == other.fault.Code && t.fault.Accept == other.fault.Accept
}

// The program is built and run as by hand.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	binary := filepath.Join(t.TempDir(), "chaos")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, run := range []struct {
		seed   uint64
		length time.Duration
		race   bool
	}{{knownSeed, knownTime, false}, {2001, 40 * time.Second, true}} {
		ctx, stop := context.WithTimeout(t.Context(), run.length+5*time.Minute)
		cmd := exec.CommandContext(ctx, binary, "-seed", fmt.Sprint(run.seed), "-time", run.length.String(), "-customers", "15",
			fmt.Sprint("-race=", run.race))
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = 30 * time.Second
		text, err := cmd.CombinedOutput()
		stop()
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", run.seed, err, text)
		}
		t.Logf("seed %d\n%s", run.seed, text)
	}
}
