package handlers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"time"

	"kfdesk/hub/courier"
)

// site is what our own public address looks like from here.
type site struct {
	Host, IP string
	Private  string // why WeChat could not call it: private, port
	Plain    bool   // no TLS
	DNS      error
	Dial     error
	Cert     error
	Until    time.Time // the certificate's end
	Took     time.Duration
}

const (
	siteDeadline = 6 * time.Second
	certSoon     = 14 * 24 * time.Hour
)

// visit resolves the address and looks at its certificate.
func visit(ctx context.Context, base string) (s site) {
	began := time.Now()
	u, err := url.Parse(base)
	if err != nil {
		return site{DNS: err}
	}
	s.Host, s.Plain = u.Hostname(), u.Scheme != "https"
	if s.Private = urlProblem(base); s.Private != "" {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, siteDeadline)
	defer cancel()
	ips, err := net.DefaultResolver.LookupHost(ctx, s.Host)
	if s.DNS = err; err != nil {
		return s
	}
	s.IP = ips[0]
	if a, err := netip.ParseAddr(s.IP); err != nil || !courier.IsPublic(a) { // a name that anybody chose must not lead inside
		s.Private = "private"
		return s
	}
	port := u.Port()
	if port == "" {
		port = map[bool]string{true: "80", false: "443"}[s.Plain]
	}
	s.greet(ctx, net.JoinHostPort(s.IP, port), nil)
	s.Took = time.Since(began)
	return s
}

// greet connects and, with TLS, reads the certificate; roots are the system's when
// nil.
func (s *site) greet(ctx context.Context, address string, roots *x509.CertPool) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if s.Dial = err; err != nil {
		return
	}
	defer conn.Close()
	if s.Plain {
		return
	}
	client := tls.Client(conn, &tls.Config{ServerName: s.Host, RootCAs: roots})
	if err := client.HandshakeContext(ctx); err != nil {
		s.Cert = err
		return
	}
	s.Until = client.ConnectionState().PeerCertificates[0].NotAfter
}

// ofSite judges our own address. From here it may look worse than it is, so while
// pushes come nothing fails.
func (d *doctor) ofSite() {
	s, worst := d.x.Site, checkBad
	if d.pushed.TakenAt > 0 {
		worst = checkWarn
	}
	left := int(time.Until(s.Until).Hours() / 24)
	switch {
	case d.Phone != nil:
		d.check("doctor.site_sandbox", checkSkip)
	case s.Private != "":
		d.check("doctor.site_private", worst).Text = d.text(d.ctx, "page.callback.problem."+s.Private)
	case s.DNS != nil:
		d.check("doctor.site_dns", worst, "host", s.Host)
	case s.Dial != nil:
		d.check("doctor.site_dial", checkWarn, "host", s.Host, "ip", s.IP)
	case s.Cert != nil:
		d.check("doctor.site_cert", worst, "host", s.Host, "why", d.certFault(s.Cert))
	case s.Plain:
		d.check("doctor.site_plain", checkWarn, "host", s.Host)
	case time.Until(s.Until) < certSoon:
		d.check("doctor.site_soon", checkWarn, "host", s.Host, "n", left)
	default:
		d.check("doctor.site", checkFine, "host", s.Host, "ip", s.IP, "n", left).Took = d.took(s.Took)
	}
}

func (d *doctor) certFault(err error) string {
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return d.text(d.ctx, "doctor.cert.expired")
	case errors.As(err, &host):
		return d.text(d.ctx, "doctor.cert.host")
	case errors.As(err, &unknown):
		return d.text(d.ctx, "doctor.cert.unknown")
	}
	return d.text(d.ctx, "doctor.cert.other")
}
