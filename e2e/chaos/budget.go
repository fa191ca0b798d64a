package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// judgeBudgets: a customer of whom nothing is uncertain has as many replies left as
// WeChat says, of either kind. A reply that is unknown and did not arrive counts here
// alone: we spent it.
func (c *chaos) judgeBudgets(rows []record, granted map[string]grants) {
	type key struct {
		openid, kind string
		since        int64
	}
	wasted := map[key]int{}
	received := map[string]bool{}
	for _, openid := range c.customers {
		for _, d := range c.Box.Received(openid) {
			received[agentMark.FindString(d.Text())] = true
		}
	}
	for _, m := range rows {
		if m.state == "unknown" && !received[m.mark] {
			wasted[key{m.openid, m.spent, m.spentSince}]++
		}
	}
	now := c.Box.Now().UnixMilli()
	compare := func(openid, kind string, ours bucket, left int, until int64) {
		if until-now < 5_000 || !c.certain(openid) {
			c.counts["budgets that are uncertain: "+kind]++
			return
		}
		c.counts["budgets compared: "+kind]++
		if ours.until <= now {
			ours.left = 0
		}
		if n := wasted[key{openid, kind, ours.since}]; ours.left+n != left {
			c.fault("%s has %d replies left for a %s, and %d may have arrived; WeChat says %d%s", openid, ours.left, kind, n, left,
				c.story(openid, rows))
		}
	}
	for _, openid := range c.customers {
		if u, ok := c.Box.User(openid); ok {
			ours := granted[openid]
			compare(openid, "message", ours.message, u.Message.Left, u.Message.Until)
			compare(openid, "action", ours.action, u.Action.Left, u.Action.Until)
		}
	}
}

// story is what is known of a customer's last minute.
func (c *chaos) story(openid string, rows []record) string {
	var w strings.Builder
	word, deed := c.words[openid], c.deeds[openid]
	fmt.Fprintf(&w, "\n    a word at %s, told at %s; a deed at %s, told at %s", word.at.Format(clockFormat), c.told[word.id].Format(clockFormat),
		deed.at.Format(clockFormat), c.told[deed.id].Format(clockFormat))
	for _, m := range rows[max(0, len(rows)-200):] {
		if one := c.replies[m.mark]; one != nil && m.openid == openid {
			fmt.Fprintf(&w, "\n    %s %s, spent %s of %d: %v", m.mark, m.state, m.spent, m.spentSince, one)
		}
	}
	return w.String()
}

// certain tells whether both sides must agree on what a customer has granted.
func (c *chaos) certain(openid string) bool {
	// What a deed grants is spent before what a word does, for its minute.
	const minute = 65 * time.Second
	word, deed := c.words[openid], c.deeds[openid]
	if word.id == "" || !c.agreed(openid, word) || c.shut[openid].After(word.at.Add(-minute)) {
		return false
	}
	return deed.id == "" || deed.at.Before(word.at.Add(-minute)) || c.agreed(openid, deed)
}

// agreed tells whether both sides must agree since a deed: it was told of and not
// taken back, nothing overtook it, WeChat's word was not ours, no reply was on its way
// meanwhile, and the clock was right since.
func (c *chaos) agreed(openid string, last deed) bool {
	told, said, arrived := c.told[last.id], c.said[openid], c.arrived[openid]
	newest := said[len(said)-1]
	switch {
	case told.IsZero(), c.lost(told), c.lostSince(told, openid):
		return false
	case len(arrived) == 0 || arrived[len(arrived)-1] != newest || c.told[newest].IsZero():
		return false
	case c.left[openid].After(last.at.Add(-time.Second)), c.shut[openid].After(last.at):
		return false
	}
	for _, r := range c.replies {
		for _, one := range r.calls {
			if r.openid != openid || !one.ended.After(last.at) {
				continue
			}
			if one.begun.Before(told) || slices.ContainsFunc(c.off, func(s span) bool { return s.has(one.begun) }) {
				return false
			}
		}
	}
	return true
}
