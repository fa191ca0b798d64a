package e2e

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed testdata/axe.min.js
var axeScript string

// accessible wants no serious finding of axe-core on what is shown now.
func (p *page) accessible(what string) {
	p.t.Helper()
	p.until("a page at rest", `(async () => {
		await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
		return document.getAnimations().every(({ playState }) => playState !== 'running');
	})()`)
	if wide := eval[float64](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		p.t.Errorf("%s, %s: the page is %v pixels too wide", p.look, what, wide)
	}
	if keys := eval[[]string](p, missingWords); len(keys) > 0 {
		p.t.Errorf("%s, %s: texts that are not in the catalogue: %q", p.look, what, keys)
	}
	if p.look == (look{lang: "en"}) {
		return // the same elements in the same colours as in Chinese
	}
	if !eval[bool](p, "typeof window.axe === 'object'") {
		eval[any](p, axeScript+"; true")
	}
	type finding struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML           string
			FailureSummary string
		}
	}
	found := eval[[]finding](p, `(async () => {
		const { violations } = await axe.run(document, { resultTypes: ['violations'] });
		return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help,
			nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => ({ html: html.slice(0, 200), failureSummary })) }));
	})()`)
	for _, f := range found {
		if f.Impact != "serious" && f.Impact != "critical" {
			continue
		}
		var where []string
		for _, n := range f.Nodes {
			where = append(where, n.HTML+"\n      "+strings.ReplaceAll(n.FailureSummary, "\n", "\n      "))
		}
		p.t.Errorf("%s, %s: axe: %s %s: %s\n    %s", p.look, what, f.Impact, f.ID, f.Help, strings.Join(where, "\n    "))
	}
}

// missingWords finds keys of the catalogue that stand where a text should.
var missingWords = fmt.Sprintf(`(() => {
	const key = /\b(%s)\.[a-z_]+(\.[a-z0-9_]+)*\b/g;
	const texts = [document.title, document.body.innerText];
	for (const element of document.querySelectorAll('*')) {
		for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext']) texts.push(element.getAttribute(name) ?? '');
	}
	return [...new Set(texts.flatMap((text) => text.match(key) ?? []))];
})()`, "common|err|wxerr|inbox|composer|editor|page|phone|routing|keys|handover|session|quick|people")
