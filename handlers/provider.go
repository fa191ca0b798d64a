package handlers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
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

// oidcMost is far more than a provider has to say, in bytes.
const oidcMost = 1 << 20

func oidcClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: 8 * time.Second, Transport: oidcTransport{}})
}

// oidcTransport asks a provider. Admins name it, and companies have theirs in their
// own network or on this machine; but there is none at the addresses that clouds
// give their keys away at. It takes no more than oidcMost of an answer.
type oidcTransport struct{}

var oidcWire = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = 64 << 10
	t.DialContext = (&net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err == nil && !mayProvide(to.Addr()) {
			err = errNoProvider
		}
		return err
	}}).DialContext
	return t
}()

var errNoProvider = errors.New("handlers: no provider is at such an address")

// secretsOfClouds are addresses like 169.254.169.254 that are not link-local.
var secretsOfClouds = []netip.Addr{netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("fd00:ec2::254")}

func mayProvide(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified() && !slices.Contains(secretsOfClouds, a)
}

func (oidcTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := oidcWire.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, oidcMost)
	}
	return answer, err
}
