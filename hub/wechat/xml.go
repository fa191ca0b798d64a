package wechat

import (
	"bytes"
	"strings"
)

// xmlWriter writes XML in the platform's own manner: one line, text in CDATA,
// numbers bare.
type xmlWriter struct{ bytes.Buffer }

func (w *xmlWriter) open(name string)  { w.WriteString("<" + name + ">") }
func (w *xmlWriter) close(name string) { w.WriteString("</" + name + ">") }

// cdata splits "]]>" in two, since it would end the section.
func (w *xmlWriter) cdata(name, text string) {
	w.open(name)
	w.WriteString("<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>")
	w.close(name)
}

func (w *xmlWriter) plain(name, text string) {
	w.open(name)
	w.WriteString(escapeXML.Replace(text))
	w.close(name)
}

var escapeXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (w *xmlWriter) group(name string, fields ...Field) {
	w.open(name)
	for _, f := range fields {
		w.cdata(f.Name, f.Text)
	}
	w.close(name)
}
