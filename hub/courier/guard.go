package courier

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"kfdesk/hub/wechat"
	"kfdesk/store"
)

// errForbidden: an address that came from outside leads into our own network.
var errForbidden = errors.New("the address is not a public one")

const redirectsMost = 3

// downloads is the account's client for files. Addresses of pictures, avatars
// and films come from outside, and whoever can put one there must not make this
// server ask its own network; so all but the API's own host goes through a guard.
// An API on loopback is a sandbox, whose files lie on loopback too.
func (c *Courier) downloads(a store.Account) *wechat.Client {
	api := c.o.API(a)
	t := &byHost{own: c.own, foreign: c.strict}
	if api.HTTP != nil && api.HTTP.Transport != nil {
		t.own = api.HTTP.Transport
	}
	if base, err := url.Parse(cmp.Or(api.Base, wechat.DefaultBase)); err == nil {
		t.host = base.Host
		if isLoopback(base.Hostname()) {
			t.foreign = c.local
		}
	}
	return &wechat.Client{Base: api.Base, Done: api.Done, HTTP: &http.Client{Transport: t, CheckRedirect: checkRedirect}}
}

// byHost sends requests for the API's host over its own transport.
type byHost struct {
	host         string
	own, foreign http.RoundTripper
}

func (t *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == t.host {
		return t.own.RoundTrip(r)
	}
	return t.foreign.RoundTrip(r)
}

func checkRedirect(r *http.Request, via []*http.Request) error {
	switch {
	case len(via) > redirectsMost:
		return errors.New("too many redirects")
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		return errForbidden
	}
	return nil
}

// guarded is a transport that connects to public addresses alone. It looks at
// the address that is dialled, after the name was resolved, so a name cannot
// change its meaning in between; and it uses no proxy, which would resolve the
// name by itself.
func guarded(loopback bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !IsPublic(to.Addr()) && !(loopback && to.Addr().Unmap().IsLoopback()) {
			return errForbidden
		}
		return nil
	}}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 20 * time.Second,
		IdleConnTimeout:       15 * time.Second,
		MaxIdleConnsPerHost:   4,
		ForceAttemptHTTP2:     true,
	}
}

// notPublic are ranges of private use that netip has no word for: shared address
// space, protocol assignments, documentation, reserved; and those of IPv6 that
// carry an IPv4 address inside.
var notPublic = func() (list []netip.Prefix) {
	for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "::/96"} {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}()

// IsPublic tells whether an address can be one of the world outside.
func IsPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
