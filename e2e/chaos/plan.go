package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kfdesk/hub/wechat/sandbox"
)

// trouble is one of the plan: what happens, when, and its particulars, of which
// each kind takes what it needs.
type trouble struct {
	at    time.Duration // after the beginning
	kind  string
	times int           // calls that it strikes
	who   int           // whose screen
	wait  time.Duration // how long it lasts
	jump  time.Duration // of the clock
	fault sandbox.Fault // kind "fault"
}

func (t trouble) String() string {
	what := t.kind
	if t.fault.Kind != "" {
		what = fmt.Sprintf("%s of %s", t.fault.Kind, t.fault.On)
		if t.fault.Code != 0 {
			what += fmt.Sprint(" ", t.fault.Code)
		}
		if t.fault.Accept {
			what += ", carried out"
		}
	}
	if t.jump != 0 {
		what += fmt.Sprint(" ", t.jump)
	}
	return what
}

const (
	sendPath  = "/cgi-bin/message/custom/send"
	tokenPath = "/cgi-bin/stable_token"
	mediaPath = "/cgi-bin/media/get"
)

// deck has every trouble once, and those that teach most more often.
func deck() (cards []trouble) {
	for kind, n := range map[string]int{"kill": 3, "kill at the start": 1, "kill in the midst": 2, "stop": 1, "sockets cut": 3,
		"request cut off": 1, "pushes cut": 2, "push answers lost": 2, "agents' answers lost": 2,
		"disk full": 2, "files may not grow": 1, "start on a full disk": 1, "clock": 2, "clock far off": 1, "backup": 2, "backup killed": 1, "restore": 1} {
		for range n {
			cards = append(cards, trouble{kind: kind})
		}
	}
	fault := func(f sandbox.Fault) { cards = append(cards, trouble{kind: "fault", fault: f}) }
	for _, code := range []int{-1, 40001, 42001, 45011, 45015, 45047, 48002} {
		fault(sandbox.Fault{On: sendPath, Kind: "errcode", Code: code})
	}
	for _, accept := range []bool{false, true} {
		for _, kind := range []string{"reset", "empty", "bad_gateway", "timeout"} {
			fault(sandbox.Fault{On: sendPath, Kind: kind, Accept: accept})
		}
	}
	fault(sandbox.Fault{On: sendPath, Kind: "cut"})
	fault(sandbox.Fault{On: sendPath, Kind: "slow"})
	fault(sandbox.Fault{On: sendPath, Kind: "slow", DelayMS: 12_000})
	fault(sandbox.Fault{On: tokenPath, Kind: "errcode", Code: -1})
	fault(sandbox.Fault{On: tokenPath, Kind: "reset"})
	fault(sandbox.Fault{On: mediaPath, Kind: "cut"})
	fault(sandbox.Fault{On: "*", Kind: "slow"})
	for _, kind := range []string{"duplicate", "reorder", "bad_signature"} {
		fault(sandbox.Fault{On: "push", Kind: kind})
	}
	return append(cards, trouble{kind: "tokens expire"}, trouble{kind: "tokens expire"})
}

// plan is what a seed means: troubles until an end. The last part is without those
// that end the program, so that what leaks is there to be seen.
func plan(seed uint64, length time.Duration) (all []trouble) {
	r := random(seed, 2000)
	var cards []trouble
	for at := between(r, 300, 2000); at < length; at += between(r, 200, 1800) {
		if len(cards) == 0 {
			cards = shuffled(r)
		}
		one := cards[0]
		cards = cards[1:]
		one.at = at
		if ends[one.kind] && at > length*4/5 {
			continue
		}
		all = append(all, one)
	}
	return all
}

var ends = map[string]bool{"kill": true, "kill at the start": true, "kill in the midst": true, "stop": true, "start on a full disk": true, "restore": true}

// shuffled is a deck in the order of the dice, with the particulars; what is
// restored was saved before.
func shuffled(r *rand.Rand) []trouble {
	cards := deck()
	slices.SortStableFunc(cards, func(a, b trouble) int { return strings.Compare(a.String(), b.String()) }) // maps have no order
	r.Shuffle(len(cards), func(i, j int) { cards[i], cards[j] = cards[j], cards[i] })
	first := map[string]int{}
	for i := range cards {
		c := &cards[i]
		c.times, c.who = 1+r.IntN(3), r.IntN(100)
		c.wait = between(r, 100, 3000)
		c.fault.Times = c.times
		if c.fault.Kind == "slow" && c.fault.DelayMS == 0 {
			c.fault.DelayMS = c.wait.Milliseconds()
		}
		switch c.kind {
		case "clock":
			c.jump = between(r, -8*60_000, 8*60_000)
		case "clock far off":
			c.jump = between(r, -3*24*3_600_000, 3*24*3_600_000)
		}
		if _, ok := first[c.kind]; !ok {
			first[c.kind] = i
		}
	}
	if b, r := first["backup"], first["restore"]; b > r {
		cards[b], cards[r] = cards[r], cards[b]
	}
	return cards
}

// between are milliseconds from a to b.
func between(r *rand.Rand, a, b int) time.Duration {
	return time.Duration(a+r.IntN(b-a+1)) * time.Millisecond
}
