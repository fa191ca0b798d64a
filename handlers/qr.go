package handlers

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/piglig/go-qr"
)

// qrCode draws text as a QR code, with its name for who does not see it.
func qrCode(text, name string) (template.HTML, error) {
	code, err := go_qr.EncodeText(text, go_qr.Low)
	if err != nil {
		return "", fmt.Errorf("QR code: %w", err)
	}
	var path strings.Builder
	size := code.Size()
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && code.Module(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="-4 -4 %d %[1]d" role="img" aria-label="%s"><path d="%s"/></svg>`,
		size+8, template.HTMLEscapeString(name), path.String())), nil
}
