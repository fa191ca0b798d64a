// Package wechat speaks the protocol of WeChat Official Accounts: the callback
// with its encryption, every message and event, and the calls that a
// customer-service console makes. It knows nothing of the program around it.
//
// No error of this package carries a query string, an access token or a secret.
package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultBase is where the platform answers.
const DefaultBase = "https://api.weixin.qq.com"

// maxAnswer is the most that is read of a JSON answer. The longest, a page of
// getmsglist, has 10,000 records.
const maxAnswer = 64 << 20

// Client makes calls. The zero value works. It keeps no token: whoever holds the
// tokens passes one to each call.
type Client struct {
	Base string       // DefaultBase when empty
	HTTP *http.Client // NewHTTP's when nil
	// Done is told of each call that has ended, and must not wait: its path, why it
	// failed, and how long it took. Nil: nobody is told.
	Done func(path string, err error, took time.Duration)
}

// NewHTTP is an HTTP client fit for calls that must not be made twice: it gives
// up idle connections before the platform does, since a message written to a
// connection that is being closed has an unknown fate. It sets no time limit for
// the whole call; contexts do.
func NewHTTP() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		IdleConnTimeout:     15 * time.Second,
		MaxIdleConnsPerHost: 16,
	}}
}

var sharedHTTP = NewHTTP()

var errBase = errors.New("the base URL is no http address")

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return sharedHTTP
}

// request is one HTTP request to the platform.
type request struct {
	method, path string
	query        url.Values
	contentType  string
	body         io.Reader
	size         int64 // of body, when it is no *bytes.Reader
	rewind       func() (io.ReadCloser, error)
	secrets      []string // besides the token: what no error may show
}

func authorised(token string, query url.Values) url.Values {
	if query == nil {
		query = url.Values{}
	}
	query.Set("access_token", token)
	return query
}

// get is a call that reads.
func (c *Client) get(ctx context.Context, token, path string, query url.Values, out any) error {
	return c.call(ctx, request{method: http.MethodGet, path: path, query: authorised(token, query)}, out)
}

// post is a call with a JSON body.
func (c *Client) post(ctx context.Context, token, path string, in, out any) error {
	return c.call(ctx, jsonRequest(path, authorised(token, nil), encode(in)), out)
}

func jsonRequest(path string, query url.Values, body []byte) request {
	return request{
		method: http.MethodPost, path: path, query: query,
		contentType: "application/json; charset=utf-8", body: bytes.NewReader(body),
	}
}

// call makes the request and reads its JSON answer into out. A nil out means that
// the answer is an errcode and nothing else.
func (c *Client) call(ctx context.Context, r request, out any) (err error) {
	defer c.done(r.path, time.Now(), &err)
	resp, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return readAnswer(resp, r, out)
}

func (c *Client) done(path string, began time.Time, err *error) {
	if c.Done != nil {
		c.Done(path, *err, time.Since(began))
	}
}

// do makes the request. An error is a *CallError that knows whether the request
// may have left.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	var left departure
	req, err := c.newRequest(httptrace.WithClientTrace(ctx, left.trace()), r)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, &CallError{Path: r.path, Unsent: true, Err: redact(err, r)}
	}
	client := *c.http()
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // the platform never redirects, and the token is for it alone
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, &CallError{Path: r.path, Unsent: left.never(), Err: redact(err, r)}
	}
	if told, ok := ctx.Value(headKey{}).(func(http.Header)); ok {
		told(resp.Header)
	}
	return resp, nil
}

type headKey struct{}

// WithHeads makes the calls under a context tell the head of each answer.
func WithHeads(ctx context.Context, told func(http.Header)) context.Context {
	return context.WithValue(ctx, headKey{}, told)
}

func (c *Client) newRequest(ctx context.Context, r request) (*http.Request, error) {
	base := c.Base
	if base == "" {
		base = DefaultBase
	}
	address, err := url.Parse(strings.TrimRight(base, "/") + r.path)
	if err != nil {
		return nil, err
	}
	if address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return nil, errBase
	}
	address.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, address.String(), r.body)
	if err != nil {
		return nil, err
	}
	if r.size > 0 {
		req.ContentLength, req.GetBody = r.size, r.rewind
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	return req, nil
}

// departure watches whether a request may have begun to leave.
//
// Only the lack of a connection proves that nothing left. Once the transport has
// one, its writer works beside us, and a hook that has not fired yet may still
// fire. A second search for a connection means that the transport itself is sure
// nothing was written on the first, or it would not repeat a POST.
type departure struct{ searched, connected atomic.Bool }

func (d *departure) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { d.searched.Store(true); d.connected.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { d.connected.Store(true) },
	}
}

// never is false for a transport that tells us nothing.
func (d *departure) never() bool { return d.searched.Load() && !d.connected.Load() }

// redact takes the URL off an error. What is left may still repeat what the other
// side sent, and that may repeat what we sent: then nothing of it is shown.
func redact(err error, r request) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	text := err.Error()
	if strings.Contains(text, "://") {
		return errUnreadable
	}
	for _, secret := range append(r.secrets, r.query.Get("access_token")) {
		if secret != "" && (strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret))) {
			return errUnreadable
		}
	}
	return err
}
