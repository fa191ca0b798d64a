package handlers

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// How long what is known of a provider counts: anybody may ask for the way there.
const (
	providerKept  = 10 * time.Minute
	providerAgain = 10 * time.Second // after it could not be found
)

// providers finds a provider by its issuer, and keeps the one that was found last.
type providers struct {
	mu     sync.Mutex
	issuer string
	found  *oidc.Provider // nil: it was not
	until  time.Time
}

// find asks once, however many want to know. The error is given to the one who
// asked, for the log; the others get nil and no provider.
func (p *providers) find(ctx context.Context, now time.Time, issuer string) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.issuer == issuer && now.Before(p.until) {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidcClient(ctx), issuer)
	if p.issuer, p.found, p.until = issuer, found, now.Add(providerKept); err != nil {
		p.found, p.until = nil, now.Add(providerAgain)
	}
	return p.found, err
}

func oidcClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: 8 * time.Second})
}
