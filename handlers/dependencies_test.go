package handlers

import (
	"encoding/json"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Licences that a program may be given away under, with words that stand in their
// texts and in no other's.
var licences = map[string]*regexp.Regexp{
	"MIT":          regexp.MustCompile(`Permission is hereby granted, free of charge`),
	"BSD-2-Clause": regexp.MustCompile(`Redistribution and use in source and binary forms`),
	"BSD-3-Clause": regexp.MustCompile(`(?s)Redistribution and use in source and binary forms.*(Neither|[Tt]he) name`),
	"Apache-2.0":   regexp.MustCompile(`Apache License\s+Version 2\.0`),
	"ISC":          regexp.MustCompile(`Permission to use, copy, modify, and/or distribute this software`),
	"MPL-2.0":      regexp.MustCompile(`Mozilla Public License,? [Vv]ersion 2\.0`),
}

type module struct {
	Module, Path, Version, Licence, Use, Dir string
	Indirect                                 bool
	Advisories                               []advisory
}

type advisory struct{ ID, Fixed, Note string }

// Every library that go.mod names was looked at: .github/dependencies.json has its
// version, its licence and what is known against it. When this fails after an update,
// look again (GitHub advisories, pkg.go.dev/vuln) and write down what was found.
func TestEveryDependencyWasLookedAt(t *testing.T) {
	raw, err := os.ReadFile("../.github/dependencies.json")
	if err != nil {
		t.Fatal(err)
	}
	var seen struct {
		LookedAt string `json:"looked_at"`
		Go       module
		Modules  []module
	}
	if err := json.Unmarshal(raw, &seen); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\d$`).MatchString(seen.LookedAt) {
		t.Errorf("looked at on %q", seen.LookedAt)
	}
	mod := goMod(t)
	if version.Lang(seen.Go.Version) != version.Lang("go"+mod.Go) {
		t.Errorf("go.mod asks for Go %s, looked at was %s: what is known against it?", mod.Go, seen.Go.Version)
	}
	mended(t, seen.Go.Advisories)
	listed := map[string]module{}
	for _, m := range seen.Modules {
		if listed[m.Module].Module != "" || m.Use == "" {
			t.Errorf("%s: twice, or without its use", m.Module)
		}
		listed[m.Module] = m
		for _, a := range m.Advisories {
			if a.ID == "" || a.Note == "" {
				t.Errorf("%s: an advisory without id or note", m.Module)
			}
		}
	}
	for _, m := range required(t, mod.Require) {
		of := listed[m.Path]
		delete(listed, m.Path)
		if of.Version != m.Version {
			t.Errorf("%s is %s, looked at was %q: what is known against it?", m.Path, m.Version, of.Version)
		}
		if said := licenceOf(t, m.Dir); licences[of.Licence] == nil || !slices.Contains(said, of.Licence) {
			t.Errorf("%s has the licence %q, its text says %v", m.Path, of.Licence, said)
		}
	}
	for name := range listed {
		t.Errorf("%s is not in go.mod", name)
	}
}

// mended fails where the Go that this was built with has a fault that a newer one of
// it has not.
func mended(t *testing.T, known []advisory) {
	t.Helper()
	now, _, _ := strings.Cut(runtime.Version(), " ")
	if !version.IsValid(now) {
		t.Logf("this Go is %s: nothing is known of it", now)
		return
	}
	for _, a := range known {
		if !version.IsValid(a.Fixed) || a.ID == "" || a.Note == "" {
			t.Errorf("Go: an advisory without id, note or the version without it: %v", a)
		}
		if version.Compare(now, a.Fixed) < 0 {
			t.Errorf("this Go is %s, take %s or newer: %s (%s)", now, a.Fixed, a.ID, a.Note)
		}
	}
}

// modFile is what go.mod says.
type modFile struct {
	Go      string
	Require []module
}

func goMod(t *testing.T) (mod modFile) {
	t.Helper()
	edit, err := exec.Command("go", "mod", "edit", "-json", "../go.mod").Output()
	if err == nil {
		err = json.Unmarshal(edit, &mod)
	}
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// required are the modules that go.mod names, with where they lie.
func required(t *testing.T, named []module) (list []module) {
	t.Helper()
	names := []string{"list", "-m", "-f", "{{.Path}} {{.Dir}}"}
	for _, m := range named {
		names = append(names, m.Path)
	}
	out, err := exec.Command("go", names...).Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		dirs[path] = dir
	}
	for _, m := range named {
		m.Dir = dirs[m.Path]
		list = append(list, m)
	}
	return list
}

// licenceOf tells what the licence texts of a directory may be.
func licenceOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s: no licence text, or not downloaded: go mod download (%v)", dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		for name, words := range licences {
			if words.Match(text) {
				names = append(names, name)
			}
		}
	}
	return names
}

// What the security page says is shown by tests that exist.
func TestSecurityPageNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../.github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, dir := range []string{"../handlers", "../hub", "../hub/*", "../hub/wechat/*", "../store", "../e2e"} {
		files, err := filepath.Glob(dir + "/*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	names := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(string(page), -1)
	if len(names) < 30 {
		t.Errorf("it names %d tests", len(names))
	}
	for _, name := range names {
		if !strings.Contains(all.String(), "\nfunc "+name+"(") {
			t.Errorf("there is no %s", name)
		}
	}
}
