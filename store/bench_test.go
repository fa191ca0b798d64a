package store

import (
	"fmt"
	"sync/atomic"
	"testing"
)

// BenchmarkReceive is the way in: texts of known customers, from as many
// posters at once as the name says.
func BenchmarkReceive(b *testing.B) {
	for _, posters := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(posters), func(b *testing.B) {
			d := openDesk(b)
			for i := range 100 {
				d.receive(b, d.text(fmt.Sprint("o", i), "hello"))
			}
			var n atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			each(posters, func(int) {
				for {
					i := n.Add(1)
					if i > int64(b.N) {
						return
					}
					in := Incoming{Account: d.account, OpenID: fmt.Sprint("o", i%100), Dedupe: fmt.Sprint("bench|", i), Dir: "in",
						Type: "text", Body: []byte(`{"content":"hello"}`), Preview: "hello", At: start + i, Raw: []byte("<xml/>"),
						Grant: "message", Cause: "message"}
					if _, err := d.Receive(ctx, in); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
