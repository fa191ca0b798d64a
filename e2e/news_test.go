package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

type newsCard struct {
	Articles []struct{ Title, Description, URL, PicURL string }
}

// A news card is checked while it is written, shown as WeChat will show it, and
// its picture is put where WeChat shows it from.
func TestNewsCard(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
	p.see("kf-news dialog")
	p.see("kf-news .dialog-foot >> " + p.word("editor.first", "field", p.word("editor.news.title")))
	p.fill("#news-title", "秋冬新品")
	p.fill("#news-url", "www.example.com/new")
	p.fill("#news-description", "第一批到店")
	p.see("kf-news .field-error >> " + p.part("editor.fault.scheme"))
	p.click("kf-news .field-error button")
	p.gone("kf-news .field-error")
	p.see("kf-news .wx-card >> 秋冬新品")
	p.choose("kf-news [type=file]", file(t, "cover.png", drawing(t, 8)))
	p.see("kf-news .wx-card img")
	p.click("kf-news .dialog-foot .btn-primary")
	p.gone("kf-news dialog")
	p.see("#stream .msg-out .card >> 秋冬新品")

	card := article(t, d.received(ann, 1)[0].Body)
	if card.Title != "秋冬新品" || card.Description != "第一批到店" || card.URL != "https://www.example.com/new" {
		t.Errorf("arrived: %+v", card)
	}
	if !strings.Contains(card.PicURL, "/mmbiz/") {
		t.Errorf("the picture does not lie at WeChat: %s", card.PicURL)
	}

	// The other way: the address of a picture, and nothing is uploaded.
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
	p.click("kf-news button >> " + p.word("editor.news.link"))
	p.fill("#news-title", "第二张")
	p.fill("#news-url", "https://example.com/2")
	p.fill("#news-picurl", "https://example.com/2.png")
	p.click("kf-news .dialog-foot .btn-primary")
	if card := article(t, d.received(ann, 2)[1].Body); card.PicURL != "https://example.com/2.png" {
		t.Errorf("arrived: %+v", card)
	}
}

func article(t *testing.T, body []byte) struct{ Title, Description, URL, PicURL string } {
	t.Helper()
	var card newsCard
	must(t, json.Unmarshal(body, &card))
	if len(card.Articles) != 1 {
		t.Fatalf("%d articles", len(card.Articles))
	}
	return card.Articles[0]
}

// What was written into a card stays when it is closed.
func TestNewsCardIsKept(t *testing.T) {
	parallel(t)
	_, p, _ := writing(t)
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
	p.fill("#news-title", "还没想好")
	p.click(fmt.Sprintf("kf-news .dialog-head [aria-label=%q]", p.word("common.close")))
	p.gone("kf-news dialog")
	p.reload()
	p.live(1)
	p.click(fmt.Sprintf(".tools [aria-label=%q]", p.word("editor.news")))
	p.until("the title", "document.querySelector('#news-title')?.value === '还没想好'")
}
