package e2e

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The emoticons as the protocol reference lists them.
//
//go:embed testdata/emoji.tsv
var emoticonTable string

// emoticonSpellings are all ways in which a row of the table may arrive. A slash
// and a name is none: it would damage ordinary words.
func emoticonSpellings(t *testing.T) []string {
	t.Helper()
	var all []string
	seen := map[string]bool{}
	lines := strings.Split(strings.TrimRight(emoticonTable, "\n"), "\n")
	if len(lines) != 152 {
		t.Fatalf("%d lines in the table", len(lines))
	}
	for _, line := range lines[1:] {
		c := strings.Split(line, "\t")
		words := append([]string{c[0]}, strings.Split(c[4], ";")...)
		for _, name := range c[1:4] {
			if name != "" {
				words = append(words, "["+name+"]")
			}
		}
		if pua := strings.TrimPrefix(c[7], "U+"); pua != "" {
			var r rune
			if _, err := fmt.Sscanf(pua, "%X", &r); err != nil {
				t.Fatalf("%q: %v", c[7], err)
			}
			words = append(words, string(r))
		}
		for _, w := range words {
			name := strings.HasPrefix(w, "/") && !strings.HasPrefix(w, "/:")
			if w != "" && !name && !seen[w] {
				all, seen[w] = append(all, w), true
			}
		}
	}
	return all
}

// Every emoticon, however it is written, is one picture that is there, and
// copying the message gives back what was written.
func TestEveryEmoticonAndBack(t *testing.T) {
	parallel(t)
	d := newDesk(t)
	p := d.agent("xiaoli")
	p.click("#list")
	words := emoticonSpellings(t)
	list, err := json.Marshal(words)
	must(t, err)
	clipboard.Lock()
	defer clipboard.Unlock()
	p.grant("clipboard-read", "clipboard-write")
	got := script[struct {
		Wrong  []string
		Copied string
	}](p, "lib/text.js", `
		const words = `+string(list)+`;
		const { render } = await import(JSON.parse(document.getElementById('boot').textContent).static + '/js/lib/html.js');
		const box = document.createElement('div');
		document.querySelector('#messages, main').append(box);
		const escaped = (word) => word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
		const wrong = [];
		for (const word of words) {
			for (const way of new Set([word, escaped(word)])) {
				const line = document.createElement('div');
				render(m.renderText(way), line);
				const images = line.querySelectorAll('img.emo');
				if (images.length !== 1 || line.textContent.trim() !== '' || images[0].alt !== word || !images[0].title) wrong.push(way);
				if (way === word) box.append(line);
			}
		}
		await Promise.all([...box.querySelectorAll('img')].map((image) => image.decode().catch(() => wrong.push('no picture: ' + image.alt))));
		getSelection().selectAllChildren(box);
		document.execCommand('copy');
		const copied = await navigator.clipboard.readText();
		box.remove();
		return { wrong, copied };`)
	if len(got.Wrong) > 0 {
		t.Errorf("not drawn as one picture with the code behind it: %q", got.Wrong)
	}
	back := strings.Split(strings.ReplaceAll(strings.TrimSpace(got.Copied), "\r", ""), "\n")
	for i, word := range words {
		if i >= len(back) || back[i] != word {
			t.Fatalf("copied %q back for %q, %d lines of %d", back[min(i, len(back)-1)], word, len(back), len(words))
		}
	}
}
