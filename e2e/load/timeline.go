package main

import (
	"context"

	"kfdesk/e2e/rig"
)

// compare reads every timeline of the run from the server and compares it with what
// was accepted: all of it, once, in the order in which it was written.
func (f *figures) compare(ctx context.Context, s *rig.Server, said *said, p plan) error {
	list, _, err := s.Active(ctx, agent)
	if err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, c := range list {
		ids[c.Customer.OpenID] = c.ID
	}
	stored := newStored(said)
	for customer := range p.Customers {
		id := ids[said.openid(customer)]
		if id == 0 {
			continue // wrote nothing, or all of it is counted as missing
		}
		all, err := s.Timeline(ctx, agent, id)
		if err != nil {
			return err
		}
		texts := make([]string, len(all))
		for i, m := range all {
			texts[i] = m.Body.Content
		}
		stored.timeline(texts)
	}
	stored.tell(f)
	return nil
}

// stored counts what the timelines hold.
type stored struct {
	said    *said
	count   []int
	muddled int
}

func newStored(said *said) *stored { return &stored{said: said, count: make([]int, said.written())} }

// timeline takes a customer's texts, the newest first.
func (s *stored) timeline(texts []string) {
	last := len(s.count)
	for _, text := range texts {
		s.said.find([]byte(text), func(n int, _ []byte) {
			s.count[n]++
			if n > last {
				s.muddled++
			}
			last = n
		})
	}
}

func (s *stored) tell(f *figures) {
	f.Muddled = s.muddled
	for n, times := range s.count {
		if times > 1 {
			f.Twice++
		}
		if times == 0 && s.said.taken[n].Load() {
			f.Missing++
		}
	}
}
