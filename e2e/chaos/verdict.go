package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kfdesk/e2e/rig"
)

// settleTime is how long what was begun may take to its end, when all is calm.
const settleTime = 90 * time.Second

// settle waits until WeChat has no push left and the program no reply.
func (c *chaos) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := c.Box.Settle(ctx); err != nil {
		c.fault("pushes are left: %v", err)
	}
	began, ahead := time.Now(), false
	for {
		rows, _, err := c.records(ctx)
		left := 0
		for _, m := range rows {
			if m.state == "pending" || m.state == "sending" {
				left++
			}
		}
		if err == nil && left == 0 {
			break
		}
		if !ahead && time.Since(began) > 15*time.Second { // some wait until a minute is over
			ahead, err = true, c.setClock(65*time.Second)
		}
		if !rest(ctx, 300*time.Millisecond) {
			c.fault("%d replies are left", left)
			if err != nil {
				c.fault("the replies cannot be read: %v", err)
			}
			break
		}
	}
	if err := c.setClock(0); err != nil {
		c.fault("%v", err)
	}
}

func (c *chaos) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// judge compares what the program has with what really happened.
func (c *chaos) judge(ctx context.Context, before figures) error {
	c.judgeLeaks(ctx, before)
	rows, granted, err := c.records(ctx)
	if err != nil {
		return err
	}
	// What backups that were killed have left goes with the next start.
	if err := c.Stop(); err != nil {
		c.fault("%v", err)
	}
	c.note(func() { c.judgeFiles(c.cut) })
	if err := errors.Join(c.Start(), c.Stop()); err != nil {
		c.fault("%v", err)
	}
	c.note(func() { c.judgeFiles(nil) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judgeMessages(rows)
	c.judgeReplies(rows)
	c.judgeOrder(rows)
	c.judgeBudgets(rows, granted)
	c.judgeAnswers()
	c.judgeLog()
	c.judgeWork()
	for _, what := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Printf("%6d  %s\n", c.counts[what], what)
	}
	return nil
}

// verdict is nil when there was no fault.
func (c *chaos) verdict() error {
	const most = 40
	switch n := len(c.faults); {
	case n == 0:
		return nil
	case n > most:
		c.faults = append(c.faults[:most], fmt.Sprintf("and %d more", n-most))
	}
	return errors.New(strings.Join(c.faults, "\n  "))
}

// judgeMessages: what WeChat was told that we have is there once, but what a restore
// took back; nothing is there twice.
func (c *chaos) judgeMessages(rows []record) {
	stored := map[string]int{}
	for _, m := range rows {
		if m.raw != "" {
			stored[pushID(m.raw)]++
		}
	}
	for _, ids := range c.said {
		for _, id := range ids {
			at, told := c.told[id]
			switch n := stored[id]; {
			case n > 1:
				c.fault("push %s is stored %d times", id, n)
			case n == 0 && told && !c.lost(at):
				c.fault("push %s is lost: WeChat was told at %v that we have it", id, at.Format(clockFormat))
			case n == 0 && told:
				c.counts["pushes that a restore took back"]++
			}
			c.counts["pushes"]++
			if told {
				c.counts["pushes that WeChat was told of"]++
			}
		}
	}
}

const clockFormat = "15:04:05.000"

// judgeReplies: sent is received once, failed and taken back never; only what could not
// be known is unknown. What a restore took something of is never received twice.
func (c *chaos) judgeReplies(rows []record) {
	received, stored := map[string]int{}, map[string]int{}
	for _, openid := range c.customers {
		for _, d := range c.Box.Received(openid) {
			received[agentMark.FindString(d.Text())]++
		}
	}
	for _, m := range rows {
		one := c.replies[m.mark]
		if one == nil {
			continue
		}
		stored[m.mark]++
		c.counts["replies "+m.state]++
		n, shaken := received[m.mark], c.shaken(one)
		switch {
		case n > 1:
			c.fault("reply %s is %s and was received %d times: %v", m.mark, m.state, n, one)
		case m.state == "pending", m.state == "sending":
			c.fault("reply %s stays %s: %v", m.mark, m.state, one)
		case shaken:
		case m.state == "sent" && n != 1, (m.state == "failed" || m.state == "discarded") && n != 0:
			c.fault("reply %s is %s and was received %d times: %v", m.mark, m.state, n, one)
		case m.state == "unknown" && !c.doubtful(one):
			c.fault("reply %s is unknown, and its answer was not lost: %v", m.mark, one)
		case m.state == "discarded" && !one.back:
			c.fault("reply %s is discarded, and nobody took it back: %v", m.mark, one)
		case one.undone && m.state != "discarded":
			c.fault("reply %s was taken back, and is %s: %v", m.mark, m.state, one)
		case one.cutOff && !one.resent && m.state != "unknown":
			c.fault("reply %s was being sent at a kill, and is %s: %v", m.mark, m.state, one)
		}
	}
	for mark, one := range c.replies {
		switch n := stored[mark]; {
		case n > 1, n == 0 && (one.accepted || received[mark] > 0) && !c.shaken(one):
			c.fault("reply %s is stored %d times, and was received %d times: %v", mark, n, received[mark], one)
		}
	}
}

func (r *reply) String() string {
	var w strings.Builder
	fmt.Fprintf(&w, "accepted %v, undone %v, resent %v, cut off %v, asked", r.accepted, r.undone, r.resent, r.cutOff)
	for _, at := range r.done {
		w.WriteString(" " + at.Format(clockFormat))
	}
	for _, one := range r.calls {
		fmt.Fprintf(&w, ", call %s–%s answered %v", one.begun.Format(clockFormat), one.ended.Format(clockFormat), one.answered)
	}
	return w.String()
}

// judgeOrder: what a customer said is stored as WeChat delivered it, and what was
// replied arrived as it was written.
func (c *chaos) judgeOrder(rows []record) {
	stored, written := map[string][]string{}, map[string][]string{}
	for _, m := range rows {
		if m.raw != "" {
			stored[m.openid] = append(stored[m.openid], pushID(m.raw))
		}
		if one := c.replies[m.mark]; one != nil && !one.resent && !c.shaken(one) {
			written[m.openid] = append(written[m.openid], m.mark)
		}
	}
	for _, openid := range c.customers {
		told := func(id string) bool { return !c.told[id].IsZero() }
		c.inOrder("pushes", openid, c.arrived[openid], stored[openid], told)
		var received []string
		for _, d := range c.Box.Received(openid) {
			received = append(received, agentMark.FindString(d.Text()))
		}
		c.inOrder("replies", openid, received, written[openid], func(string) bool { return true })
	}
}

// inOrder compares the order of what is in both lists and counts.
func (c *chaos) inOrder(what, openid string, a, b []string, counts func(string) bool) {
	both := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return !counts(id) || !slices.Contains(other, id) })
	}
	if a, b = both(a, b), both(b, a); !slices.Equal(a, b) {
		c.fault("%s of %s are out of order: %v became %v", what, openid, a, b)
	}
	c.counts["order compared: "+what] += len(a)
}

// judgeLog: the program had no panic and no data race.
func (c *chaos) judgeLog() {
	if text := c.Panic(); text != "" {
		c.fault("the log has a panic or a data race:\n%.2000s", text)
	}
}

// judgeAnswers: the program failed at no request, but where it was killed or had no disk.
func (c *chaos) judgeAnswers() {
	for _, one := range c.failed {
		if slices.ContainsFunc(c.hard, one.meets) {
			c.counts["requests that failed in trouble"]++
		} else {
			c.fault("%s at %s, and nothing was wrong", one.what, one.to.Format(clockFormat))
		}
	}
}

// judgeWork: a run that has compared nothing says nothing.
func (c *chaos) judgeWork() {
	for _, what := range []string{"pushes that WeChat was told of", "replies sent", "order compared: pushes", "order compared: replies"} {
		if c.counts[what] == 0 {
			c.fault("nothing was compared: %s: 0", what)
		}
	}
}

// catchUp waits until the screen has heard of everything, and its thread is read.
func (s *screen) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_, newest, err := s.server.Active(ctx, s.login)
	for err == nil {
		s.mu.Lock()
		heard := s.since >= newest && len(s.dirty) == 0
		s.mu.Unlock()
		if heard || !rest(ctx, 20*time.Millisecond) {
			break
		}
	}
	rest(ctx, 200*time.Millisecond) // for a page that is being read
}

// differs says how the screen is not what the database has.
func (s *screen) differs(ctx context.Context) (faults []string, err error) {
	fault := func(format string, args ...any) {
		faults = append(faults, s.login+" "+fmt.Sprintf(format, args...))
	}
	list, _, err := s.server.Active(ctx, s.login)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := maps.Clone(s.rows)
	for _, v := range list {
		if shown[v.ID] != v {
			fault("sees conversation %d as %+v, it is %+v", v.ID, shown[v.ID], v)
		}
		delete(shown, v.ID)
	}
	for id, v := range shown {
		if v.State != "closed" {
			fault("sees conversation %d, which is not there: %+v", id, v)
		}
	}
	if s.open == 0 {
		return faults, nil
	}
	rows, err := s.server.Timeline(ctx, rig.Boss, s.open)
	if err != nil {
		return faults, err
	}
	thread := maps.Clone(s.messages)
	maps.DeleteFunc(thread, func(_ int64, m rig.Message) bool { return m.State == "discarded" })
	for _, m := range rows {
		if m.ID < s.from {
			break
		}
		if thread[m.ID] != m {
			fault("sees message %d of conversation %d as %+v, it is %+v", m.ID, s.open, thread[m.ID], m)
		}
		delete(thread, m.ID)
	}
	for _, m := range thread {
		fault("sees a message that is not there: %+v", m)
	}
	return faults, nil
}
