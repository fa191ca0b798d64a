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
	count := make([]int, said.written())
	for customer := range p.Customers {
		id, last := ids[said.openid(customer)], len(count)
		if id == 0 {
			continue // wrote nothing, or all of it is counted as missing
		}
		all, err := s.Timeline(ctx, agent, id)
		if err != nil {
			return err
		}
		for _, m := range all {
			said.find([]byte(m.Body.Content), func(n int) {
				count[n]++
				if n > last { // from the newest to the oldest
					f.Muddled++
				}
				last = n
			})
		}
	}
	for n, times := range count {
		if times > 1 {
			f.Twice++
		}
		if times == 0 && said.taken[n].Load() {
			f.Missing++
		}
	}
	return nil
}
