package handlers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// refusal is a place in the source that says no: a code, and the names of the
// values that fill its text.
type refusal struct {
	at, code string
	values   []string
}

// refusals finds every place that refuses: refuse("code", …) and refused(…,
// "code", …), Refusal{Code: "code"} and OpenError, and the codes that are put
// together (bad_ and a field, not_ and a state, what Decide says).
func refusals(t *testing.T) (rules, opens []refusal) {
	t.Helper()
	set := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if r, open, ok := refusalIn(filepath.ToSlash(path), n); ok {
				r.at = set.Position(n.Pos()).String()
				if open {
					opens = append(opens, r)
				} else {
					rules = append(rules, r)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rules, opens
}

func refusalIn(path string, n ast.Node) (r refusal, open, ok bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := nameOf(n.Fun)
		switch {
		case name == "refuse" && len(n.Args) > 0:
			return refusal{code: word(n.Args[0]), values: names(n.Args[1:])}, false, word(n.Args[0]) != ""
		case name == "refused" && len(n.Args) > 1:
			return refusal{code: word(n.Args[1]), values: names(n.Args[2:])}, false, word(n.Args[1]) != ""
		case name == "openError" && len(n.Args) > 0:
			return refusal{code: word(n.Args[0]), values: []string{"path", "detail", "restore"}}, true, true
		case name == "bad" && path == "../store/account.go":
			return refusal{code: "bad_" + word(n.Args[0]), values: []string{"field"}}, false, true
		case name == "decide" && path == "../store/reply.go":
			return refusal{code: "not_" + word(n.Args[len(n.Args)-1])}, false, true
		}
	case *ast.CompositeLit:
		switch name := nameOf(n.Type); name {
		case "Refusal", "OpenError", "problemError":
			r := refusal{code: word(field(n, "Code")), values: []string{"path", "detail"}}
			if detail, ok := field(n, "Detail").(*ast.CompositeLit); ok {
				r.values = nil
				for _, e := range detail.Elts {
					r.values = append(r.values, word(e.(*ast.KeyValueExpr).Key))
				}
			}
			return r, name == "OpenError", r.code != ""
		case "Verdict":
			r := refusal{code: word(field(n, "Reason"))}
			return r, false, r.code != ""
		}
	}
	return refusal{}, false, false
}

// nameOf is the last part of a name.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// word is a literal string, "" for anything else.
func word(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}

// names are the first of each pair.
func names(pairs []ast.Expr) (list []string) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, word(pairs[i]))
	}
	return list
}

func field(lit *ast.CompositeLit, name string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == name {
			return kv.Value
		}
	}
	return nil
}

// Every code of a refusal has words for the person in both languages, and what
// the words leave open is filled wherever it is said.
func TestRefusalsHaveWords(t *testing.T) {
	c := catalogue(t)
	rules, opens := refusals(t)
	if len(rules) < 60 || len(opens) < 8 {
		t.Fatalf("%d refusals and %d errors of opening found: the search is wrong", len(rules), len(opens))
	}
	check := func(kind string, list []refusal) {
		for _, r := range list {
			for _, lang := range Languages {
				text, ok := c.texts[lang][kind+r.code]
				if !ok {
					t.Errorf("%s: there is no %s%s in %s", r.at, kind, r.code, lang)
				}
				for _, hole := range placeholder.FindAllString(text, -1) {
					if !slices.Contains(r.values, strings.Trim(hole, "{}")) {
						t.Errorf("%s: %s%s leaves %s open", r.at, kind, r.code, hole)
					}
				}
			}
		}
	}
	check("err.", rules)
	check("open.", opens)
}

// Codes that programs can meet are in the document of the API. These are said
// on pages only, where people fill in forms.
var onPages = strings.Fields(`set_up weak_password common_password bad_login login_taken bad_role last_admin unknown_kf kf_taken account_exists
	bad_appid bad_original_id bad_wechat_id bad_secret bad_callback_token bad_mode bad_token_kind bad_aes_key bad_pay_quota bad_capacity login_wrong login_wait
	bad_signature no_account no_login bad_tag tag_taken tags_full tag_of_wechat
	no_file no_data database_damaged too_many_rows supervisor_needed bad_avatar backup_busy backup_damaged backup_not_one backup_newer backup_encrypted backup_passphrase
	bad_clock bad_keep bad_dir same_dir weak_passphrase restore_not_empty backup_no_key backup_key_wrong backup_room
	bad_nickname bad_kf_prefix kf_exists kf_full bad_retention
	oidc_other oidc_admin oidc_taken login_again bad_state component_in_use of_component inactive link_dead missing bad_two_step bad_issuer no_set_up code_wrong`)

func TestCodesAreInTheDocument(t *testing.T) {
	rules, _ := refusals(t)
	enum := resolve("#/components/schemas/Code")["enum"].([]any)
	said := map[any]bool{}
	for _, r := range rules {
		if said[r.code] = true; !slices.Contains(enum, any(r.code)) && !slices.Contains(onPages, r.code) {
			t.Errorf("%s: %s is not in the document", r.at, r.code)
		}
	}
	for _, code := range enum {
		if !said[code] {
			t.Errorf("nothing says %v", code)
		}
	}
}
