package e2e

import (
	"regexp"
	"testing"
)

// The other tests rely on it that a breach of the content policy is noticed, by
// the page's watch and by the server. So one is made on purpose.
func TestBreachOfThePolicyIsNoticed(t *testing.T) {
	parallel(t)
	s := serve(t, "-data", t.TempDir())
	s.forgiven = regexp.MustCompile(`breach of the content policy`)
	p := newPage(t, "browser", s.URL, look{})
	p.watch.expect(`security error`)
	p.open("/setup")
	eval[bool](p, `(() => {
		const script = document.createElement('script');
		script.append('window.ran = true');
		try { document.head.append(script) } catch {}
		document.body.setAttribute('style', 'color: red');
		return true;
	})()`)
	s.log.wait(t, s.forgiven)
	if eval[bool](p, "Boolean(window.ran) || document.body.style.color === 'red'") {
		t.Error("the policy does not hold")
	}
	if !regexp.MustCompile(`security error`).MatchString(p.watch.String()) {
		t.Errorf("the watch has seen nothing:\n%s", p.watch)
	}
}
