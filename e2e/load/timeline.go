package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

var selfPID = os.Getpid()

// ask asks the server's JSON API.
func (s *server) ask(ctx context.Context, token, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.URL+"/api/v1/"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, path, answer.Status, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// conversations are those that are not ended, by openid.
func (s *server) conversations(ctx context.Context) (map[string]int64, error) {
	var answer struct {
		Conversations []struct {
			ID       int64
			Customer struct{ OpenID string }
		}
	}
	if err := s.ask(ctx, s.token, "GET", "conversations?view=active", nil, &answer); err != nil {
		return nil, err
	}
	ids := map[string]int64{}
	for _, c := range answer.Conversations {
		ids[c.Customer.OpenID] = c.ID
	}
	return ids, nil
}

// compare reads every timeline of the run from the server and compares it with what
// was accepted: all of it, once, in the order in which it was written.
func (f *figures) compare(ctx context.Context, s *server, said *said, p plan) error {
	ids, err := s.conversations(ctx)
	if err != nil {
		return err
	}
	count := make([]int, said.written())
	for customer := range p.Customers {
		id, last := ids[said.openid(customer)], len(count)
		if id == 0 {
			continue // wrote nothing, or all of it is counted as missing
		}
		err := s.timeline(ctx, id, func(text string) {
			said.find([]byte(text), func(n int) {
				count[n]++
				if n > last { // from the newest to the oldest
					f.Muddled++
				}
				last = n
			})
		})
		if err != nil {
			return err
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

// timeline gives the texts of a conversation, the newest first.
func (s *server) timeline(ctx context.Context, id int64, text func(string)) error {
	for before := int64(0); ; {
		var page struct {
			Messages []struct {
				ID   int64
				Body struct{ Content string }
			}
			More bool
		}
		path := fmt.Sprintf("conversations/%d/messages?limit=100", id)
		if before > 0 {
			path += fmt.Sprint("&before=", before)
		}
		if err := s.ask(ctx, s.token, "GET", path, nil, &page); err != nil {
			return err
		}
		for i := len(page.Messages) - 1; i >= 0; i-- {
			text(page.Messages[i].Body.Content)
		}
		if !page.More || len(page.Messages) == 0 {
			return nil
		}
		before = page.Messages[0].ID
	}
}
