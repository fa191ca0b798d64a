package main

import (
	"fmt"
	"regexp"
	"sync"
	"time"
)

// ledger is what really happened, seen from outside of the program.
type ledger struct {
	mu       sync.Mutex
	said     map[string][]string  // openid → ids of pushes that customers caused, in order
	arrived  map[string][]string  // openid → ids, by the first delivery that was tried
	told     map[string]time.Time // id → WeChat was told that we have it
	words    map[string]deed      // openid → the last that granted replies for two days
	deeds    map[string]deed      // openid → the last that granted replies for a minute
	left     map[string]time.Time // openid → the last time that they left, which ends all grants
	shut     map[string]time.Time // openid → WeChat last said, because we made it, that no reply may be sent
	replies  map[string]*reply    // by mark
	restores []span               // from a backup's begin to its restore
	off      []span               // the program's clock was wrong
	hard     []span               // troubles that end the program or take its disk
	failed   []failure
	counts   map[string]int // troubles, deeds
}

// failure is a request that the program answered with a status of 500 or more.
type failure struct {
	span
	what string
}

// deed is one of a customer's.
type deed struct {
	id string
	at time.Time
}

// span is a stretch of time.
type span struct{ from, to time.Time }

func (s span) has(at time.Time) bool { return !at.Before(s.from) && !at.After(s.to) }

func (s span) meets(other span) bool { return !s.to.Before(other.from) && !other.to.Before(s.from) }

// reply is one that an agent wrote.
type reply struct {
	openid   string
	done     []time.Time // when the program was asked for it, or something of it
	accepted bool        // the program said that it has it
	back     bool        // it was asked to take it back
	undone   bool        // and said that it did
	resent   bool        // a person sent it again
	cutOff   bool        // a kill or a restore found it being sent
	calls    []*call
}

// call is one of custom/send.
type call struct {
	begun, ended time.Time
	answered     bool // a whole answer left
}

func newLedger() ledger {
	return ledger{said: map[string][]string{}, arrived: map[string][]string{}, told: map[string]time.Time{},
		words: map[string]deed{}, deeds: map[string]deed{}, left: map[string]time.Time{}, shut: map[string]time.Time{},
		replies: map[string]*reply{}, counts: map[string]int{}}
}

func (l *ledger) count(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[fmt.Sprintf(format, args...)]++
}

// note changes the ledger.
func (l *ledger) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// Marks of customers' deeds and of agents' replies, found in whatever carries them.
var (
	customerMark = regexp.MustCompile(`C\d+-\w+!`)
	agentMark    = regexp.MustCompile(`A\w+-\d+!`)
	msgID        = regexp.MustCompile(`<MsgId>(\d+)</MsgId>`)
	fromUser     = regexp.MustCompile(`<FromUserName><!\[CDATA\[([^\]]+)\]\]>`)
)

// pushID is what tells a push from others: its MsgId, or for an event the mark in
// its key; "" for what has neither.
func pushID(xml string) string {
	if m := msgID.FindStringSubmatch(xml); m != nil {
		return m[1]
	}
	return customerMark.FindString(xml)
}

// lostSince tells whether a restore after a time took back something of the replies
// to a customer.
func (l *ledger) lostSince(told time.Time, openid string) bool {
	for _, s := range l.restores {
		if s.to.Before(told) {
			continue
		}
		for _, r := range l.replies {
			if r.openid == openid && l.shaken(r) {
				return true
			}
		}
	}
	return false
}

// lost tells whether a restore has taken back what happened at a time.
func (l *ledger) lost(at time.Time) bool {
	for _, s := range l.restores {
		if s.has(at) {
			return true
		}
	}
	return false
}

// shaken tells whether a restore has taken back something of a reply.
func (l *ledger) shaken(r *reply) bool {
	for _, at := range r.done {
		if l.lost(at) {
			return true
		}
	}
	for _, c := range r.calls {
		if l.lost(c.begun) || l.lost(c.ended) {
			return true
		}
	}
	return false
}

// doubtful tells whether the program could not know what became of a reply: an
// answer was lost or came too late, the program was killed while it was sending,
// or a restore found it not yet sent.
func (l *ledger) doubtful(r *reply) bool {
	const tooLate = 6 * time.Second
	for _, c := range r.calls {
		if !c.answered || c.ended.Sub(c.begun) > tooLate {
			return true
		}
	}
	return r.cutOff || l.shaken(r)
}
