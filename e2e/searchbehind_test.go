package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// holdIndex keeps others from writing to the search index, as a slow copy of the
// file does, until the function is called.
func (d *desk) holdIndex() (release func()) {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.data, "search.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	must(d.t, err)
	d.t.Cleanup(func() { db.Close() })
	held, err := db.Begin()
	must(d.t, err)
	return func() { must(d.t, held.Rollback()) }
}

// A search whose index is behind says so, asks again by itself, and puts what is
// new before what is there: what the agent is at stays.
func TestSearchCatchesUp(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.says(ann, "灯罩一")
	d.says(ann, "灯罩二")
	d.settle()
	eventually(t, "the index", func() bool {
		return call[struct{ Behind int }](d, "GET", "search?q=x", nil).Behind == 0
	}, func() string { return "" })
	release := d.holdIndex()
	for i := range 25 {
		d.says(ann, fmt.Sprintf("第 %d 句：灯罩", i))
	}
	d.settle()
	p.see("#stream .msg-in >> 第 24 句")
	p.write("#search", "灯罩")
	p.until("what is known", fmt.Sprintf("document.querySelectorAll('%s').length === 2", hit))
	p.see(".find-sum >> " + p.word("search.behind", "n", 25))
	p.accessible("search-behind")
	p.click(hit + "[data-nth='1']")
	p.see("#stream .is-target >> 灯罩一")
	p.see(".jumpbar >> " + p.word("search.place", "nth", 2, "of", 2, "words", "灯罩"))

	release()
	p.until("all of it", fmt.Sprintf("document.querySelectorAll('%s').length === 27", hit))
	p.until("the hit in the thread", "e2e.find('#hits [aria-current=true]').length === 1")
	if got := strings.Join(p.texts("#hits [aria-current=true]"), ""); !strings.Contains(got, "灯罩一") {
		t.Errorf("the hit in the thread is %q", got)
	}
	p.see(".jumpbar >> " + p.word("search.place", "nth", 27, "of", 27, "words", "灯罩"))
	p.until("no word of it", "!document.querySelector('.find-sum').textContent.includes('"+p.word("search.behind", "n", 25)+"')")
}

// More hits than one page holds do not take the place of the one the agent is at.
func TestSearchTellsOfNewerHits(t *testing.T) {
	parallel(t)
	d, p, ann := writing(t)
	d.says(ann, "灯罩一")
	d.settle()
	eventually(t, "the index", func() bool {
		return call[struct{ Behind int }](d, "GET", "search?q=x", nil).Behind == 0
	}, func() string { return "" })
	release := d.holdIndex()
	for i := range 31 {
		d.says(ann, fmt.Sprintf("第 %d 句：灯罩", i))
	}
	d.settle()
	p.write("#search", "灯罩")
	p.click(hit + " >> 灯罩一")
	p.see("#stream .is-target >> 灯罩一")
	release()
	p.see(".find-sum .link >> " + p.word("search.newer"))
	if n := eval[int](p, fmt.Sprintf("document.querySelectorAll('%s').length", hit)); n != 1 {
		t.Errorf("%d hits: what the agent is at was replaced", n)
	}
	p.accessible("search-newer")
	p.click(".find-sum .link")
	p.until("a page of the newest", fmt.Sprintf("document.querySelectorAll('%s').length === 30", hit))
	p.gone(".find-sum .link")
}
