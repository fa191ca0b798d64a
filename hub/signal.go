package hub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// typingMost is how long somebody types without saying so again; browsers do so
// every 5 seconds.
const typingMost = 12 * time.Second

// spot is a conversation of an account; its zero value is none.
type spot struct{ conversation, account int64 }

// sign is what one browser tells of its agent.
type sign struct {
	agent        int64
	looks, types spot
	typed        time.Time // when it last said so
}

// place is a conversation that somebody looks at or types in, or did so lately.
type place struct {
	account int64
	version int64 // goes up with every change of any place
	empty   bool
	frame   []byte
}

// sign changes what a browser tells, and wakes all others when that shows.
func (h *Hub) sign(c *client, change func(*sign)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := c.sign
	change(&c.sign)
	h.show(before, c.sign)
}

// show brings the places of two signs up to date. The hub is locked.
func (h *Hub) show(signs ...sign) {
	version := h.version
	for _, s := range signs {
		h.picture(s.looks)
		h.picture(s.types)
	}
	if h.version == version {
		return
	}
	for c := range h.clients {
		c.rouse()
	}
}

// picture makes the frame of a place, if it is another than before. Nothing waits
// for a slow browser: it is given what holds when it comes to it. A place without
// anybody is kept until every browser has heard of it.
func (h *Hub) picture(s spot) {
	if s.conversation == 0 {
		return
	}
	var looking, typing []int64
	told := h.version
	for c := range h.clients {
		told = min(told, c.told)
		if c.sign.looks.conversation == s.conversation {
			looking = append(looking, c.sign.agent)
		}
		if c.sign.types.conversation == s.conversation {
			typing = append(typing, c.sign.agent)
		}
	}
	frame := text(fmt.Sprintf(`{"signal":"together","conversation":%d,"looking":[%s],"typing":[%s]}`,
		s.conversation, list(looking), list(typing)))
	if p, ok := h.places[s.conversation]; ok && slices.Equal(p.frame, frame) || !ok && len(looking)+len(typing) == 0 {
		return
	}
	for id, p := range h.places {
		if p.empty && p.version <= told {
			delete(h.places, id)
		}
	}
	h.version++
	h.places[s.conversation] = place{s.account, h.version, len(looking)+len(typing) == 0, frame}
}

// list is ids in order, each once.
func list(ids []int64) string {
	slices.Sort(ids)
	words := []string{}
	for _, id := range slices.Compact(ids) {
		words = append(words, strconv.FormatInt(id, 10))
	}
	return strings.Join(words, ",")
}

// rest ends the typing of those who have not said so for a while.
func (h *Hub) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if s := c.sign; s.types.conversation != 0 && time.Since(s.typed) > h.pause {
			c.sign.types = spot{}
			h.show(s, c.sign)
		}
	}
}

// tellSignals writes what others do, as it is now.
func (c *client) tellSignals() error {
	var b []byte
	c.hub.mu.Lock()
	if c.told < c.hub.version {
		for _, p := range c.hub.places {
			if p.version > c.told && (c.told > 0 || !p.empty) && c.agent.Sees(p.account) {
				b = append(b, p.frame...)
			}
		}
		c.told = c.hub.version
	}
	c.hub.mu.Unlock()
	if len(b) == 0 {
		return nil
	}
	return c.socket.Write(b)
}
