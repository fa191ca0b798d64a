//go:build !linux

package e2e

import "testing"

const unlimited = 0

func smallDisk(t testing.TB, _ string) (string, bool) { return t.TempDir(), false }
func readOnly(testing.TB, string)                     {}

func limitFiles(t testing.TB, _ int, _ uint64) { t.Skip("no disk can be filled here") }
