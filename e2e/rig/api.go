package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Refused is an answer of the JSON API that says no.
type Refused struct {
	Status int
	Body   string
}

func (r *Refused) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Body) }

// Client asks the program, and keeps the connections of many who ask at once. Who
// runs a rig may put something in between.
var Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// Ask asks the JSON API with somebody's token. Other errors than *Refused leave
// open whether the request was carried out.
func (s *Server) Ask(ctx context.Context, login, method, path string, in, out any) error {
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
	req.Header.Set("Authorization", "Bearer "+s.Tokens[login])
	req.Header.Set("Content-Type", "application/json")
	answer, err := Client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode >= 500:
		return fmt.Errorf("%s %s: %s", method, path, answer.Status)
	case answer.StatusCode >= 300:
		return &Refused{answer.StatusCode, string(raw)}
	case out == nil:
		return nil
	}
	return json.Unmarshal(raw, out)
}

// Conversation and Message are what is looked at of the API's rows.
type Conversation struct {
	ID       int64
	Event    int64
	State    string
	Agent    int64
	Unread   int
	Customer struct {
		ID        int64
		OpenID    string
		Following bool
	}
	Last struct {
		ID    int64
		Text  string
		State string
	}
	Grants struct{ Message, Action Grant }
}

// Grant is a right to reply; the zero value is none.
type Grant struct {
	Left         int
	Since, Until int64
}

// Message is a row of a timeline.
type Message struct {
	ID       int64
	Event    int64
	Customer int64
	Dir      string
	Type     string
	State    string
	At       int64
	Attempts int
	Body     struct{ Content string }
	ClientID string `json:"client_id"`
	ErrCode  int
}

// SetRules changes the rules of the official account.
func (s *Server) SetRules(ctx context.Context, rules map[string]any) error {
	var me struct{ Accounts []struct{ ID int64 } }
	if err := s.Ask(ctx, Boss, "GET", "me", nil, &me); err != nil {
		return err
	}
	for _, a := range me.Accounts {
		if err := s.Ask(ctx, Boss, "PUT", fmt.Sprintf("accounts/%d/rules", a.ID), rules, nil); err != nil {
			return err
		}
	}
	return nil
}

// Active lists the conversations that are not ended.
func (s *Server) Active(ctx context.Context, login string) (list []Conversation, since int64, err error) {
	var answer struct {
		Since         int64
		Conversations []Conversation
	}
	err = s.Ask(ctx, login, "GET", "conversations?view=active", nil, &answer)
	return answer.Conversations, answer.Since, err
}

// Timeline lists all that a conversation's customer and the agents wrote, the newest first.
func (s *Server) Timeline(ctx context.Context, login string, conversation int64) (all []Message, err error) {
	for before := int64(0); ; {
		var page struct {
			Messages []Message
			More     bool
		}
		path := fmt.Sprintf("conversations/%d/messages?limit=100", conversation)
		if before > 0 {
			path += fmt.Sprint("&before=", before)
		}
		if err := s.Ask(ctx, login, "GET", path, nil, &page); err != nil {
			return all, err
		}
		for i := len(page.Messages) - 1; i >= 0; i-- {
			all = append(all, page.Messages[i])
		}
		if !page.More || len(page.Messages) == 0 {
			return all, nil
		}
		before = page.Messages[0].ID
	}
}
