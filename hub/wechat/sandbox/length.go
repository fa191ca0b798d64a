package sandbox

import (
	"bytes"
	"time"

	"kfdesk/hub/wechat"
)

const maxVoice = time.Minute

// playLength is how long a sound or a film plays; 0 when its bytes do not say.
func playLength(b []byte) time.Duration {
	return wechat.Look(bytes.NewReader(b), int64(len(b))).Duration
}

// seconds is the length of a file as the phone shows it.
func (s *Sandbox) seconds(file string) int {
	data, err := s.files.get(file)
	if err != nil {
		return 0
	}
	return int(playLength(data).Round(time.Second) / time.Second)
}
