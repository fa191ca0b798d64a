package cli

import "time"

// Clock is the real time. The build for e2e/chaos has one that jumps.
var Clock = time.Now
