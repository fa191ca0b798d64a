package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kfdesk/e2e/rig"
)

// settleTime is how long what was begun may take to its end, when all is calm.
const settleTime = 90 * time.Second

// settle waits until WeChat has no push left and the program no reply.
func (c *chaos) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err := c.Box.Settle(ctx); err != nil {
		return fmt.Errorf("pushes are left: %w", err)
	}
	for {
		rows, err := c.timelines(ctx)
		left := 0
		for _, m := range rows {
			if m.State == "pending" || m.State == "sending" {
				left++
			}
		}
		if err == nil && left == 0 {
			return nil
		}
		if !rest(ctx, 500*time.Millisecond) {
			return errors.Join(fmt.Errorf("%d replies are left", left), err)
		}
	}
}

// timelines are the rows of all customers: of their open conversations and of those
// that ended.
func (c *chaos) timelines(ctx context.Context) (all []rig.Message, err error) {
	seen := map[string]bool{}
	list, _, err := c.Active(ctx, rig.Boss)
	if err != nil {
		return nil, err
	}
	for before := int64(0); ; {
		var page struct {
			Conversations []rig.Conversation
			More          bool
		}
		if err := c.Ask(ctx, rig.Boss, "GET", fmt.Sprintf("conversations?view=ended&before=%d", before), nil, &page); err != nil {
			return nil, err
		}
		list = append(list, page.Conversations...)
		if !page.More {
			break
		}
		before = page.Conversations[len(page.Conversations)-1].ID
	}
	for _, v := range list {
		if seen[v.Customer.OpenID] {
			continue
		}
		seen[v.Customer.OpenID] = true
		rows, err := c.Timeline(ctx, rig.Boss, v.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// judge compares what the program has with what really happened.
func (c *chaos) judge(ctx context.Context, handles int) error {
	rows, err := c.timelines(ctx)
	if err != nil {
		return err
	}
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	c.judgeMessages(rows, fault)
	c.judgeReplies(rows, fault)
	if err := c.judgeBudgets(ctx, rows, fault); err != nil {
		return err
	}
	for _, s := range c.screens {
		differs, err := s.differs(ctx)
		if err != nil {
			return err
		}
		faults = append(faults, differs...)
	}
	c.judgeLeaks(handles, fault)
	if err := c.Stop(); err != nil {
		fault("%v", err)
	}
	for _, what := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Printf("%6d  %s\n", c.counts[what], what)
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "\n  ") + "\nthe end of the log:\n" + tail(c.Log()))
	}
	fmt.Println("nothing lost, nothing twice")
	return nil
}

// judgeMessages: what WeChat was told that we have is there once; what we were not
// asked to take twice is not there twice.
func (c *chaos) judgeMessages(rows []rig.Message, fault func(string, ...any)) {
	stored := map[string]int{}
	for _, m := range rows {
		if mark := customerMark.FindString(m.Body.Content); mark != "" && m.Dir == "in" {
			stored[mark]++
		}
	}
	c.counts["messages written"], c.counts["messages that WeChat was told of"] = len(c.said), len(c.told)
	for mark := range c.said {
		switch n := stored[mark]; {
		case n > 1:
			fault("message %s is stored %d times", mark, n)
		case n == 0 && c.told[mark]:
			fault("message %s is lost: WeChat was told that we have it", mark)
		}
	}
}

// judgeReplies: sent is received once, failed never; only what could not be known is
// unknown.
func (c *chaos) judgeReplies(rows []rig.Message, fault func(string, ...any)) {
	received := map[string]int{}
	for _, openid := range c.customers {
		for _, d := range c.Box.Received(openid) {
			received[agentMark.FindString(d.Text())]++
		}
	}
	stored := map[string]int{}
	for _, m := range rows {
		mark := agentMark.FindString(m.Body.Content)
		if m.Dir != "out" || mark == "" {
			continue
		}
		stored[mark]++
		c.counts["replies "+m.State]++
		n, one := received[mark], c.replies[mark]
		switch {
		case m.State == "sent" && n != 1, m.State == "failed" && n != 0, n > 1:
			fault("reply %s is %s and was received %d times", mark, m.State, n)
		case m.State == "unknown" && !c.doubtful(one):
			fault("reply %s is unknown, and its answer was not lost: %+v", mark, one.calls)
		case m.State == "pending", m.State == "sending":
			fault("reply %s stays %s", mark, m.State)
		}
	}
	for mark, one := range c.replies {
		if stored[mark] > 1 || one.accepted && stored[mark] == 0 {
			fault("reply %s, accepted: %v, is stored %d times", mark, one.accepted, stored[mark])
		}
	}
}

// judgeBudgets: a customer of whose messages and replies nothing is uncertain has as
// many replies left as WeChat says.
func (c *chaos) judgeBudgets(ctx context.Context, rows []rig.Message, fault func(string, ...any)) error {
	uncertain := map[string]bool{}
	for mark, openid := range c.said {
		uncertain[openid] = uncertain[openid] || !c.told[mark]
	}
	list, _, err := c.Active(ctx, rig.Boss)
	if err != nil {
		return err
	}
	of := map[int64]string{}
	for _, v := range list {
		of[v.ID] = v.Customer.OpenID
	}
	for _, m := range rows {
		if m.State == "unknown" && c.replies[m.ClientID] != nil {
			uncertain[of[c.replies[m.ClientID].conversation]] = true
		}
	}
	for _, v := range list {
		u, ok := c.Box.User(v.Customer.OpenID)
		if !ok || uncertain[v.Customer.OpenID] {
			continue
		}
		c.counts["budgets compared"]++
		if u.Message.Left != v.Grants.Message.Left {
			fault("%s has %d replies left, WeChat says %d", v.Customer.OpenID, v.Grants.Message.Left, u.Message.Left)
		}
	}
	return nil
}

// handles counts the open files of the program, 0 where that cannot be read.
func (c *chaos) handles() int {
	list, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.PID))
	return len(list)
}

// judgeLeaks: no more files are open than at the start, but for connections, and
// none is left half written.
func (c *chaos) judgeLeaks(before int, fault func(string, ...any)) {
	const connections = 64
	if now := c.handles(); now > before+connections {
		fault("%d files are open, %d were at the start", now, before)
	}
	_ = filepath.WalkDir(c.Data, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".part") {
			fault("%s is left", path)
		}
		return nil
	})
}

func tail(log string) string {
	const most = 3000
	return log[max(0, len(log)-most):]
}
