package cli

import (
	"context"
	"flag"

	"kfdesk/store"
)

func checkFlags(*Env, *flag.FlagSet) any { return nil }

// checkData tells whether the database is whole, also while the server runs.
func checkData(ctx context.Context, _ *Env, s *store.Store, _ any) (answer, error) {
	files, missing, err := s.Check(ctx)
	if err != nil {
		return answer{}, err
	}
	out := answer{[]string{"cli.whole"}, map[string]any{"data": s.Dir(), "files": files - missing, "missing": missing}}
	if missing > 0 {
		out.keys = append(out.keys, "cli.missing_files")
	}
	return out, nil
}
