package store

import (
	"bytes"
	"strings"
)

// A push is kept as WeChat sent it, and most of it is the same in each. So a byte
// that no XML holds stands for each of these words. The longer come first where one
// begins another. The list never changes, for what is stored is read by it: there is
// room for four more at its end.
var rawWords = []string{
	"<ToUserName><![CDATA[", "]]></ToUserName>", "<FromUserName><![CDATA[", "]]></FromUserName>",
	"<CreateTime>", "</CreateTime>", "<MsgType><![CDATA[", "]]></MsgType>", "<Content><![CDATA[", "]]></Content>",
	"<MsgId>", "</MsgId>", "<Event><![CDATA[", "]]></Event>", "<EventKey><![CDATA[", "]]></EventKey>",
	"<PicUrl><![CDATA[", "]]></PicUrl>", "<MediaId><![CDATA[", "]]></MediaId>", "<xml>", "</xml>", "<![CDATA[", "]]>",
}

// The first byte of what is stored tells what it is: packed, or as it came. What
// begins otherwise is from before there was a choice.
const rawPacked, rawPlain = 1, 2

var rawPack, rawUnpack = func() (pack, unpack *strings.Replacer) {
	var there, back []string
	code := byte(1)
	for _, word := range rawWords {
		for code == '\t' || code == '\n' || code == '\r' {
			code++
		}
		if code >= ' ' {
			panic("store: too many words of raw pushes")
		}
		there, back = append(there, word, string(code)), append(back, string(code), word)
		code++
	}
	return strings.NewReplacer(there...), strings.NewReplacer(back...)
}()

// PackRaw makes a push ready to be stored.
func PackRaw(raw []byte) []byte {
	if len(raw) == 0 {
		return nil
	}
	if bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return append([]byte{rawPlain}, raw...)
	}
	return append([]byte{rawPacked}, rawPack.Replace(string(raw))...)
}

// UnpackRaw gives a stored push as WeChat sent it.
func UnpackRaw(stored []byte) []byte {
	switch {
	case len(stored) > 0 && stored[0] == rawPacked:
		return []byte(rawUnpack.Replace(string(stored[1:])))
	case len(stored) > 0 && stored[0] == rawPlain:
		return stored[1:]
	}
	return stored
}
