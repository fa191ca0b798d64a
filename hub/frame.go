package hub

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"sync"

	"kfdesk/store"
)

// frame is one event as ready bytes: WebSocket text frames that are the same
// for everybody, for server frames are not masked. row goes to all who may see
// the account, full to those who look at the customer and to whom it concerns.
type frame struct {
	id       int64
	account  int64 // 0: for everybody
	customer int64
	agent    *store.Agent // who changed; row tells all of them, see agentRow
	told     []int64
	only     int64 // the one agent who gets it; 0: all
	row      []byte
	full     []byte
}

// frames makes the frames of changes.
func (h *Hub) frames(ctx context.Context, changes []store.Change) ([]frame, error) {
	out := make([]frame, 0, len(changes))
	for i := range changes {
		f, err := h.frame(ctx, &changes[i])
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (h *Hub) frame(ctx context.Context, c *store.Change) (frame, error) {
	e := c.Event
	f := frame{id: e.ID, account: e.Account}
	var b bytes.Buffer
	b.WriteString(`{"id":` + strconv.FormatInt(e.ID, 10) + `,"kind":"` + e.Kind + `"`)
	head := b.Len()
	if e.Kind == "agent" {
		a, err := h.store.Agent(ctx, e.Agent)
		if err != nil {
			return f, err
		}
		if err := field(&b, "agent", a); err != nil {
			return f, err
		}
		f.agent, f.row = &a, closed(&b)
		return f, nil
	}
	if e.Kind == "draft" {
		f.only = e.Agent
		d, err := h.store.SavedDraft(ctx, e.Agent, e.Conversation)
		if err != nil {
			return f, err
		}
		if err := field(&b, "draft", d); err != nil {
			return f, err
		}
		f.row = closed(&b)
		return f, nil
	}
	if e.Kind == "mention" {
		f.only = e.Agent
		return f, h.mentions(ctx, e.Agent, &b, &f)
	}
	if c.Conversation != nil {
		f.customer = c.Conversation.Customer.ID
		if err := field(&b, "conversation", c.Conversation); err != nil {
			return f, err
		}
		f.row = closed(&b)
	} else if e.Kind == "account" {
		f.row = closed(&b)
	} else if e.Kind == "quickreply" {
		f.only, f.row = e.Agent, closed(&b)
	}
	if c.Message == nil {
		return f, nil
	}
	f.customer, f.told = c.Message.Customer, concerned(c.Message)
	rest := append([]byte(nil), b.Bytes()[head:]...)
	b.Truncate(head)
	if err := field(&b, "message", c.Message); err != nil {
		return f, err
	}
	b.Write(rest)
	f.full = closed(&b)
	return f, nil
}

// agentRow is the row of an agent's change as a colleague may see it: for most the
// one that is ready.
func (f *frame) agentRow(colleague *store.Agent) ([]byte, error) {
	seen := f.agent.SeenBy(colleague)
	if len(seen.Bindings) == len(f.agent.Bindings) {
		return f.row, nil
	}
	var b bytes.Buffer
	b.WriteString(`{"id":` + strconv.FormatInt(f.id, 10) + `,"kind":"agent"`)
	err := field(&b, "agent", seen)
	return closed(&b), err
}

// concerned are the agents who are told of a line although they may look
// elsewhere: to whom a conversation was given, from whom it was taken, who is
// asked to look.
func concerned(m *store.Message) []int64 {
	var b struct{ From, To int64 }
	if m.Dir != "event" || !slices.Contains([]string{"transferred", "taken", "invited", "queued"}, m.Type) || json.Unmarshal(m.Body, &b) != nil {
		return nil
	}
	return []int64{b.From, b.To}
}

// mentions are all the notes and hand-overs that an agent has not seen, as they are
// now.
func (h *Hub) mentions(ctx context.Context, agentID int64, b *bytes.Buffer, f *frame) error {
	a, err := h.store.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	list, err := h.store.Mentions(ctx, &a)
	if err != nil {
		return err
	}
	if err := field(b, "mentions", append([]store.Mention{}, list...)); err != nil {
		return err
	}
	f.row = closed(b)
	return nil
}

func field(b *bytes.Buffer, name string, v any) error {
	j, err := json.Marshal(v)
	if err != nil {
		return err
	}
	b.WriteString(`,"` + name + `":`)
	b.Write(j)
	return nil
}

// closed is the object so far, ended, as a WebSocket frame.
func closed(b *bytes.Buffer) []byte {
	out := textFrame(b.Len() + 1)
	return append(append(out, b.Bytes()...), '}')
}

// textFrame is the header of an unmasked text frame of n bytes, with room for them.
func textFrame(n int) []byte {
	out := make([]byte, 0, n+10)
	switch {
	case n < 126:
		return append(out, 0x81, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(out, 0x81, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(out, 0x81, 127), uint64(n))
}

func text(s string) []byte { return append(textFrame(len(s)), s...) }

// ringFrames and ringBytes bound the recent frames that are kept ready. Who is
// further behind reads the store.
const (
	ringFrames = 4096
	ringBytes  = 4 << 20
)

// ring holds the recent frames, in order.
type ring struct {
	mu     sync.RWMutex
	frames []frame
	bytes  int
	from   int64 // all frames after this id are here
	last   int64
	newest batch
}

// batch is the rows of the frames that came last, in one piece: most browsers want
// just those, and so none copies them.
type batch struct {
	after int64
	rows  []byte
}

func (r *ring) start(newest int64) {
	r.mu.Lock()
	r.from, r.last, r.newest = newest, newest, batch{}
	r.mu.Unlock()
}

func (r *ring) top() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.last
}

// holds tells whether all after an id is here, and the id is not to come yet.
func (r *ring) holds(id int64) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.from <= id && id <= r.last
}

func (r *ring) add(frames []frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.newest = batch{after: r.last}
	for _, f := range frames {
		r.bytes += len(f.row) + len(f.full)
		r.last = f.id
		r.newest.rows = append(r.newest.rows, f.row...)
	}
	r.frames = append(r.frames, frames...)
	if len(r.frames) <= ringFrames && r.bytes <= ringBytes {
		return
	}
	drop := 0 // a quarter at once: what is left is copied
	for len(r.frames)-drop > ringFrames*3/4 || r.bytes > ringBytes*3/4 {
		r.bytes -= len(r.frames[drop].row) + len(r.frames[drop].full)
		r.from = r.frames[drop].id
		drop++
	}
	r.frames = append(make([]frame, 0, len(r.frames)), r.frames[drop:]...)
}

// after gives the frames after an id; false when they are no longer all here.
// whole is the rows of just these frames where they are in one piece, else nil.
// What it gives is never changed.
func (r *ring) after(id int64) (frames []frame, whole []byte, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if id < r.from {
		return nil, nil, false
	}
	if id == r.newest.after {
		whole = r.newest.rows
	}
	i := sort.Search(len(r.frames), func(i int) bool { return r.frames[i].id > id })
	return r.frames[i:len(r.frames):len(r.frames)], whole, true
}
