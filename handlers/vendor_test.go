package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// Everything under static/vendor was made by others: it is listed with its
// version, licence and hash, and nothing lies there that is not listed.
func TestVendoredFilesAreListedUnchangedAndLicensed(t *testing.T) {
	root := os.DirFS("../static/vendor")
	raw, err := fs.ReadFile(root, "VENDOR.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name, Version, Dir, Source string
		Packages                   []struct {
			Name, Version, Licence string
			LicenceFile            string `json:"licence_file"`
		}
		MadeBy []string `json:"made_by"`
		Files  map[string]string
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"VENDOR.json": true}
	for _, v := range list {
		if v.Name == "" || v.Version == "" || v.Source == "" || len(v.MadeBy) == 0 || len(v.Packages) == 0 {
			t.Errorf("%s: name, version, source, made_by and packages must be given", v.Dir)
		}
		for file, want := range v.Files {
			p := path.Join(v.Dir, file)
			known[p] = true
			b, err := fs.ReadFile(root, p)
			if err != nil {
				t.Error(err)
				continue
			}
			sum := sha256.Sum256(b)
			if got := hex.EncodeToString(sum[:]); got != want {
				t.Errorf("%s: sha256 is %s, VENDOR.json says %s", p, got, want)
			}
		}
		for _, p := range v.Packages {
			b, err := fs.ReadFile(root, path.Join(v.Dir, p.LicenceFile))
			if err != nil || p.Licence == "" || !strings.Contains(string(b), "Copyright") {
				t.Errorf("%s %s: no licence text (%v)", p.Name, p.Version, err)
			}
		}
	}
	err = fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[p] {
			t.Errorf("%s is not listed in VENDOR.json", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
