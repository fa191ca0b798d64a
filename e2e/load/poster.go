package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"kfdesk/e2e/rig"
	"kfdesk/hub/wechat"
)

// poster writes for its customers, one after the other, and waits for every answer:
// so what a customer wrote has an order.
type poster struct {
	id, posters, customers int
	said                   *said
	deliver                func(n, customer int) (answer string, ok bool)
	last                   map[int]int // by customer: the number of the last, counted from 1
	answers                latency
	refused                map[string]int
	unsent                 int // that were due when nobody waited for them any longer
	turn                   int
}

// write sends the next message. It is false when there are no more numbers.
func (p *poster) write(due time.Duration) bool {
	own := p.customers / p.posters
	customer := p.id*own + p.turn%own
	p.turn++
	n, ok := p.said.begin(customer, p.last[customer], due)
	if !ok {
		return false
	}
	p.last[customer] = n + 1
	answer, ok := p.deliver(n, customer)
	p.answers.add(p.said.since(n))
	if ok {
		p.said.taken[n].Store(true)
	} else {
		p.refused[answer]++
	}
	return true
}

// post lets all posters write for the plan's time: each as fast as it is answered,
// or together at a rate. Then a message is due at its time whether or not the
// posters are free, and counts from there, so that a pause of the server shows in
// all that it kept waiting. What is not sent lateMost after the time is unsent: the
// rate was not kept.
func post(ctx context.Context, p plan, posters []*poster) (took time.Duration) {
	late, give := context.WithTimeout(ctx, p.Time+lateMost)
	defer give()
	ctx, cancel := context.WithTimeout(late, p.Time)
	defer cancel()
	s := posters[0].said
	began := time.Since(s.began)
	due := make(chan time.Duration, 1<<16)
	var wg sync.WaitGroup
	for _, one := range posters {
		wg.Go(func() {
			if p.Rate > 0 {
				for at := range due {
					if late.Err() != nil || !one.write(at) {
						one.unsent++
					}
				}
				return
			}
			for ctx.Err() == nil && one.write(time.Since(s.began)) {
			}
		})
	}
	for i := range p.due() {
		at := began + time.Duration(float64(i)/p.Rate*float64(time.Second))
		if wait := at - time.Since(s.began); wait > 0 && late.Err() == nil {
			time.Sleep(wait)
		}
		due <- at
	}
	close(due)
	wg.Wait()
	return time.Since(s.began) - began
}

// due is how many messages are at a fixed rate.
func (p plan) due() int {
	return int(min(math.Ceil(p.Rate*p.Time.Seconds()), float64(p.Most)))
}

// callback signs messages as WeChat does and posts them.
type callback struct {
	server *rig.Server
	codec  *wechat.Callback
	client *fasthttp.HostClient
	said   *said
}

func newCallback(s *rig.Server, said *said, mode string) (*callback, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	codec := &wechat.Callback{Token: s.Account.Token, Mode: wechat.Mode(mode)}
	if mode != "plain" {
		cipher, err := wechat.NewCipher(s.Account.AESKey, s.Account.AppID)
		if err != nil {
			return nil, err
		}
		codec.Ciphers = []*wechat.Cipher{cipher}
	}
	return &callback{server: s, codec: codec, said: said, client: &fasthttp.HostClient{Addr: u.Host, MaxConns: 4096, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}}, nil
}

// openid is a customer's of this run: as long as WeChat's.
func (s *said) openid(customer int) string { return fmt.Sprintf("o%s%016d", s.people, customer) }

func (c *callback) deliver(n, customer int) (answer string, ok bool) {
	now, id := time.Now(), strconv.FormatInt(c.said.first+int64(n), 10)
	push := &wechat.Push{ToUserName: c.server.Account.OriginalID, FromUserName: c.said.openid(customer), CreateTime: now.Unix(),
		MsgType: "text", Content: c.said.text(n), MsgID: id}
	q, body, err := c.codec.Pack(push, strconv.FormatInt(now.Unix(), 10), id)
	if err != nil {
		return err.Error(), false
	}
	query := url.Values{"signature": {q.Signature}, "timestamp": {q.Timestamp}, "nonce": {q.Nonce}}
	if q.EncryptType != "" {
		query.Set("encrypt_type", q.EncryptType)
		query.Set("msg_signature", q.MsgSignature)
	}
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(c.server.URL + "/wechat/" + c.server.Account.AppID + "?" + query.Encode())
	req.Header.SetMethod(fasthttp.MethodPost)
	req.Header.SetContentType("text/xml")
	req.SetBody(body)
	if err := c.client.Do(req, res); err != nil {
		return cause(err), false
	}
	return strconv.Itoa(res.StatusCode()), res.StatusCode() == fasthttp.StatusOK && string(res.Body()) == "success"
}

// cause is an error without what differs from one time to the next.
func cause(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return strings.TrimSpace(err.Error())
}
