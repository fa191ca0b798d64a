package courier

import (
	"slices"
	"testing"
	"time"
)

// The courier shows that it lives while it runs, and counts what it has sent.
func TestPulse(t *testing.T) {
	d := newDesk(t)
	equal(t, "beats before", d.courier.Pulse().Beat.IsZero(), true)
	v := d.customer(0)
	began := time.Now().Truncate(time.Millisecond)
	held := d.hold(sendPath, v.Customer.OpenID)
	m := d.reply(v, "hello")
	stop := d.run()
	d.meet(held)
	p := d.courier.Pulse()
	equal(t, "busy", p.Busy, 1)
	equal(t, "at once", p.Calls, 16)
	equal(t, "beats", p.Beat.Before(began), false)
	close(held.release)
	equal(t, "state", d.settled(m).State, "sent")
	stop()
	equal(t, "beats after", d.courier.Pulse().Beat.IsZero(), true)
	h := d.courier.LastHour()
	equal(t, "sent", h.Sent, 1)
	equal(t, "slowest is the mean of its minute", h.Slowest > 0 && slices.Max(h.Minutes) == h.Slowest, true)
}

// An hour later the first minutes count no longer.
func TestTimes(t *testing.T) {
	var times times
	const minute = int64(time.Minute / time.Millisecond)
	now := 1000 * minute
	for range 100 {
		times.add(now, 2*time.Second)
	}
	for i := range 10 {
		times.add(now+30*minute, time.Duration(i+1)*10*time.Millisecond)
	}
	h := times.hour(now + 59*minute)
	equal(t, "sent", h.Sent, 110)
	equal(t, "slowest", h.Slowest, 2*time.Second)
	equal(t, "the first minute", h.Minutes[0], 2*time.Second)
	equal(t, "a minute of none", h.Minutes[1], 0)
	h = times.hour(now + 60*minute)
	equal(t, "sent an hour later", h.Sent, 10)
	equal(t, "slowest", h.Slowest, 100*time.Millisecond)
	equal(t, "the mean of the minute", h.Minutes[29], 55*time.Millisecond)
	if h.Median < 45*time.Millisecond || h.Median > 55*time.Millisecond {
		t.Errorf("the median is %v", h.Median)
	}
	equal(t, "two hours later", times.hour(now+120*minute).Sent, 0)
}
