package handlers

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// document is static/openapi.json.
var document = sync.OnceValue(func() object {
	var doc object
	b, err := os.ReadFile("../static/openapi.json")
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if err != nil {
		panic(err)
	}
	return doc
})

var idInPath = regexp.MustCompile(`/\d+(/|$)`)

// conforms fails unless an answer of the API is as the document says. Every
// call of these tests is held against it.
func conforms(t *testing.T, method, address string, got result) {
	t.Helper()
	path, _, _ := strings.Cut(address, "?")
	path = idInPath.ReplaceAllString(path, "/{id}$1")
	operation, ok := dig(document(), "paths", path, strings.ToLower(method)).(object)
	if !ok {
		return // not a route: TestDocumentAndRoutesAgree
	}
	what := fmt.Sprintf("%s %s %d", method, path, got.status)
	response, ok := dig(operation, "responses", fmt.Sprint(got.status)).(object)
	if !ok {
		t.Errorf("%s is not in the document", what)
		return
	}
	schema, ok := dig(response, "content", "application/json", "schema").(object)
	if !ok {
		return
	}
	var v any
	if err := json.Unmarshal([]byte(got.body), &v); err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	for _, fault := range faults(schema, v, "") {
		t.Errorf("%s: %s", what, fault)
	}
	if code, _ := dig(v, "error", "code").(string); code != "" && !strings.Contains(fmt.Sprint(response["description"]), "`"+code+"`") {
		t.Errorf("%s: the document does not name %q", what, code)
	}
}

// faults says where a value is not as a schema says: the part of JSON Schema
// that the document uses. What is not named is a fault.
func faults(schema object, v any, at string) (list []string) {
	fault := func(format string, args ...any) { list = append(list, at+" "+fmt.Sprintf(format, args...)) }
	if ref, ok := schema["$ref"].(string); ok {
		return faults(resolve(ref), v, at)
	}
	if choices, ok := schema["oneOf"].([]any); ok {
		for _, choice := range choices {
			if list = faults(choice.(object), v, at); len(list) == 0 {
				return nil
			}
		}
		return append(list, at+" fits none of the choices")
	}
	if want, ok := schema["const"]; ok && want != v {
		fault("is %v, not %v", v, want)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		fault("is %q, not one of %v", v, enum)
	}
	if kind, ok := schema["type"].(string); ok && !isOf(kind, v) {
		fault("is %v, not of type %s", v, kind)
		return list
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			list = append(list, faults(schema["items"].(object), item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case object:
		list = append(list, objectFaults(schema, v, at)...)
	}
	return list
}

func objectFaults(schema, v object, at string) (list []string) {
	properties, _ := schema["properties"].(object)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			list = append(list, fmt.Sprintf("%s has no %s", at, name))
		}
	}
	for name, value := range v {
		if property, ok := properties[name].(object); ok {
			list = append(list, faults(property, value, at+"."+name)...)
		} else if schema["additionalProperties"] != true {
			list = append(list, fmt.Sprintf("%s has %s", at, name))
		}
	}
	return list
}

func isOf(kind string, v any) bool {
	switch v := v.(type) {
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "integer" && v == math.Trunc(v) || kind == "number"
	case []any:
		return kind == "array"
	case object:
		return kind == "object"
	}
	return v == nil && kind == "null"
}

func resolve(ref string) object {
	name, ok := strings.CutPrefix(ref, "#/components/schemas/")
	schema, found := dig(document(), "components", "schemas", name).(object)
	if !ok || !found {
		panic(ref + " is not in the document")
	}
	return schema
}

// Every route of the API is in the document, and the other way round; who may
// use it is as the table of routes says.
func TestDocumentAndRoutesAgree(t *testing.T) {
	d := newDesk(t)
	have := map[string]bool{}
	for _, r := range d.app.GetRoutes(true) {
		if r.Method != "HEAD" {
			have[r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	told := map[string]bool{}
	for path, item := range document()["paths"].(object) {
		for method, operation := range item.(object) {
			name := strings.ToUpper(method) + " " + path
			if told[name] = true; !have[name] {
				t.Errorf("%s is in the document only", name)
			}
			route := routes[regexp.MustCompile(`\{(\w+)\}`).ReplaceAllString(name, ":$1")]
			if _, open := operation.(object)["security"]; open != (route == public || route == signed) {
				t.Errorf("%s is for %s, the document says otherwise", name, route)
			}
		}
	}
	for name := range have {
		if strings.Contains(name, " /api/v1/") && !told[name] {
			t.Errorf("%s is not in the document", name)
		}
	}
}

// Whatever is said in the document is said rightly: references lead somewhere,
// parameters are those of the path, codes have words for people.
func TestDocumentHolds(t *testing.T) {
	texts := catalogue(t)
	for _, code := range resolve("#/components/schemas/Code")["enum"].([]any) {
		if !texts.Has(DefaultLang, "err."+code.(string)) {
			t.Errorf("there is no err.%s", code)
		}
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case object:
			if ref, ok := v["$ref"].(string); ok {
				resolve(ref)
			}
			if required, ok := v["required"].([]any); ok && v["properties"] != nil {
				for _, name := range required {
					if dig(v, "properties", name.(string)) == nil {
						t.Errorf("%v is required, but not described", name)
					}
				}
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(document())
	for path, item := range document()["paths"].(object) {
		for method, operation := range item.(object) {
			var named []string
			parameters, _ := operation.(object)["parameters"].([]any)
			for _, p := range parameters {
				if p.(object)["in"] == "path" {
					named = append(named, "{"+p.(object)["name"].(string)+"}")
				}
			}
			if got := regexp.MustCompile(`\{\w+\}`).FindAllString(path, -1); !slices.Equal(got, named) {
				t.Errorf("%s %s: parameters %v", method, path, named)
			}
		}
	}
}

// The examples are taken as they stand.
func TestExamplesOfTheDocument(t *testing.T) {
	d := newDesk(t)
	files := map[string]float64{}
	for kind, b := range samples(t) {
		files[kind] = float64(id(d.upload(t, "li", "/api/v1/media?account=1&kind="+kind, b).ok(t, 201), "media", "id"))
	}
	content := dig(document(), "paths", conversations+"{id}/messages", "post", "requestBody", "content", "application/json")
	for name, example := range dig(content, "examples").(object) {
		body := dig(example, "value").(object)
		if f := faults(dig(content, "schema").(object), body, ""); len(f) > 0 {
			t.Errorf("%s: %v", name, f)
		}
		if body["media"] != nil {
			if body["media"] = files[name]; name == "news" {
				body["media"] = files["image"]
			}
		}
		if body["thumb"] != nil {
			if body["thumb"] = files["thumb"]; name == "miniprogrampage" {
				body["thumb"] = files["image"]
			}
		}
		d.call(t, "li", "POST", d.open(t, "o-"+name)+"/messages", body).ok(t, 201)
	}
}

func TestDocumentIsServed(t *testing.T) {
	d := newDesk(t)
	got := d.call(t, "", "GET", "/api/v1/openapi.json", nil)
	if got.ok(t, 200)["openapi"] != "3.1.0" || got.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d %s", got.status, got.header.Get("Content-Type"))
	}
}
