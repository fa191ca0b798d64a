package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which rooms of ours each room may import. A room that is not
// listed has no place in the design yet. The courier is the one place that knows
// both store and WeChat, so who receives a push asks it for the store's form.
var arrows = map[string][]string{
	"kfdesk":                         {"handlers", "handlers/cli", "hub", "hub/courier", "hub/upkeep", "hub/wechat", "hub/wechat/sandbox/play", "store"},
	"kfdesk/handlers":                {"hub", "hub/courier", "hub/wechat", "store"},
	"kfdesk/handlers/cli":            {"hub/wechat", "store"},
	"kfdesk/hub":                     {"store"},
	"kfdesk/hub/courier":             {"hub/wechat", "store"},
	"kfdesk/hub/upkeep":              {"hub/courier", "store"},
	"kfdesk/hub/wechat":              {},
	"kfdesk/hub/wechat/hostile":      {},
	"kfdesk/hub/wechat/sandbox":      {"hub/wechat"},
	"kfdesk/hub/wechat/sandbox/play": {"hub/courier", "hub/wechat", "hub/wechat/sandbox", "store"},
	"kfdesk/store":                   {},
	"kfdesk/e2e":                     {},
	"kfdesk/e2e/rig":                 {"hub/wechat/sandbox"},
	"kfdesk/e2e/chaos":               {"e2e/rig", "hub/wechat/sandbox", "store"},                              // store to unpack a push
	"kfdesk/e2e/load":                {"e2e/rig", "hub/courier", "hub/wechat", "hub/wechat/sandbox", "store"}, // store to fill one
}

// only names who may import a package that must stay in one place: what it
// brings along (a browser driver, a database engine) is nobody else's business.
var only = map[string]string{
	"github.com/chromedp/":           "nobody: it is for tests",
	"modernc.org/sqlite":             "kfdesk/store kfdesk/e2e/chaos", // which looks from outside
	"github.com/gofiber/":            "kfdesk/handlers",
	"kfdesk/hub/wechat/hostile":      "nobody: it is for tests",
	"kfdesk/hub/wechat/sandbox/play": "kfdesk",
}

func TestArrows(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "kfdesk/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var room struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&room); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen[room.ImportPath] = true
		checkRoom(t, room.ImportPath, room.Imports)
	}
	for room := range arrows {
		if !seen[room] {
			t.Errorf("%s is listed here and does not exist", room)
		}
	}
}

func checkRoom(t *testing.T, room string, imports []string) {
	allowed, known := arrows[room]
	if !known {
		t.Errorf("%s is a new room: say here what it may import", room)
	}
	for _, path := range imports {
		if ours, is := strings.CutPrefix(path, "kfdesk/"); is && !slices.Contains(allowed, ours) {
			t.Errorf("%s must not import %s", room, path)
		}
		for prefix, owner := range only {
			if strings.HasPrefix(path, prefix) && !slices.Contains(strings.Fields(owner), room) {
				t.Errorf("%s imports %s, which only %s may", room, path, owner)
			}
		}
	}
}
