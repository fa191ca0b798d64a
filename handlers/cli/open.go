package cli

import "kfdesk/store"

// OpenText says why a data directory cannot be used, and the remedy.
func OpenText(text func(key string, args ...any) string, e *store.OpenError) string {
	return text("open."+e.Code, "path", e.Path, "detail", e.Detail, "restore", store.RestoreCommand(e.Path))
}
