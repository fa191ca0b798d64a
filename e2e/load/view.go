package main

import (
	"bytes"
	"strconv"
	"sync/atomic"
)

// view is what a socket showed of a run. The list of conversations shows the newest
// message of each: who sees a customer's third message has seen that there were two
// before.
type view struct {
	said   *said
	state  string  // that a message must have to count, "" any: sent, on the way back
	newest []int32 // by customer: the newest that was shown, counted from 1
	shown  latency
	count  atomic.Int64 // messages that were shown

	last  int64  // id of the newest frame
	order uint64 // of the frames that showed something: the same for all who saw the same

	twice int // frames that came again at once
	old   int // frames older than one before
	back  int // conversations that showed an older message than before
}

func newView(said *said, customers int, state string) *view {
	return &view{said: said, state: state, newest: make([]int32, customers), shown: newLatency()}
}

// frame takes a frame as it came.
func (v *view) frame(b []byte) {
	shows := false
	v.said.find(b, func(n int, rest []byte) {
		if v.state == "" || stateOf(rest) == v.state {
			shows = true
			v.show(n)
		}
	})
	id := eventID(b)
	switch {
	case id == 0: // no event: a sign of life, who looks on
		return
	case id == v.last:
		v.twice++
	case id < v.last:
		v.old++
	}
	v.last = max(v.last, id)
	if shows {
		v.order = (v.order ^ uint64(id)) * 1099511628211
	}
}

// show notes a message, and all of its customer's before it that were not shown.
func (v *view) show(n int) {
	newest := &v.newest[v.said.who[n].Load()]
	had, at := *newest, int32(n)+1
	if at < had {
		v.back++
		return
	}
	for *newest = at; at > had; at = v.said.before[at-1].Load() {
		v.shown.add(v.said.since(int(at) - 1))
		v.count.Add(1)
	}
}

// unseen counts what the server took and this socket never showed.
func (v *view) unseen() (count int) {
	for n := range v.said.written() {
		if v.said.taken[n].Load() && v.newest[v.said.who[n].Load()] <= int32(n) {
			count++
		}
	}
	return count
}

// eventID is the id of an event's frame, 0 of any other.
func eventID(b []byte) int64 {
	digits, ok := bytes.CutPrefix(b, []byte(`{"id":`))
	if !ok {
		return 0
	}
	id, _ := strconv.ParseInt(string(digits[:max(bytes.IndexByte(digits, ','), 0)]), 10, 64)
	return id
}

// stateOf is the state of the message whose text begins before rest.
func stateOf(rest []byte) string {
	_, rest, _ = bytes.Cut(rest, []byte(`","state":"`))
	state, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(state)
}
