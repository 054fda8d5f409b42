package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a model with one operation, Make, whose input has one more member: extra.
func small(t *testing.T, extra, extraShape string) *model {
	t.Helper()
	text := `{"metadata":{"protocol":"json","jsonVersion":"1.1","serviceId":"Small"},
		"operations":{"Make":{"name":"Make","http":{"method":"POST","requestUri":"/"},"input":{"shape":"MakeRequest"},"output":{"shape":"Node"}}},
		"shapes":{"MakeRequest":{"type":"structure","required":["zeta"],"members":{"zeta":{"shape":"Name"},"node":{"shape":"Node"},"alpha":{"shape":"Names"}` + extra + `}},
		"Node":{"type":"structure","required":["next"],"members":{"next":{"shape":"Node"},"state":{"shape":"state"}}},
		"Names":{"type":"list","member":{"shape":"Name"},"max":3},"state":{"type":"string","enum":["IN_USE","free-again"]},
		"Name":{"type":"string","min":1,"pattern":"[a-z]+"}` + extraShape + `}}`
	m := new(model)
	if err := json.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m
}

// emitted runs every emitter on a model whose service is called sts, so that ops.txt wants all of it.
func emitted(m *model) (string, error) {
	p, err := newPlan(config{id: "sts", invalid: "wire.Invalid{}"}, m)
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, name := range []string{"shapes.gen.go", "decode.gen.go", "encode.gen.go", "check.gen.go", "errors.gen.go", "ops.gen.go"} {
		w := &writer{plan: p}
		emitters[name](w)
		if w.err != nil {
			return "", w.err
		}
		all.Write(w.body.Bytes())
	}
	return all.String(), nil
}

func TestGeneratedShapesFollowTheModel(t *testing.T) {
	text, err := emitted(small(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"type MakeInput struct {\nZeta string // required\nNode *Node\nAlpha []string\n}",
		"type Node struct {\nNext *Node // required\nState *string\n}", // a value would hold itself
		"StateInUse = \"IN_USE\"\nStateFreeAgain = \"free-again\"\n",
		"c.Missing(0, \"zeta\")",
		"ruleName = wire.StringRule{Min: 1, Pattern: &wire.Pattern{Source: \"[a-z]+\"}}",
		"ruleNames = wire.SizeRule{Max: 3}",
		"c.Strings(2, \"alpha\", s.Alpha, &ruleName)",
		"Call: wire.Serve(api.Make)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestEqualModelsGiveEqualText(t *testing.T) {
	first, err := emitted(small(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, err := emitted(small(t, "", ""))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestUnknownTraitsAreRefused(t *testing.T) {
	for _, c := range []struct{ extra, shape, want string }{
		{`,"x":{"shape":"X","location":"header"}`, `,"X":{"type":"string"}`, `location "header" is not supported`},
		{`,"x":{"shape":"X","streaming":true}`, `,"X":{"type":"blob"}`, "streams"},
		{`,"x":{"shape":"X"}`, `,"X":{"type":"structure","document":true,"members":{}}`, "documents"},
		{`,"x":{"shape":"X"}`, `,"X":{"type":"string","pattern":"a(?=b)"}`, "pattern"},
		{`,"x":{"shape":"MakeInput"}`, `,"MakeInput":{"type":"structure","members":{}}`, "two structures are called MakeInput"},
		{`,"x":{"shape":"X"}`, `,"X":{"type":"map","key":{"shape":"Name"},"value":{"shape":"Names"}}`, "constraints on a map of lists"},
	} {
		if _, err := emitted(small(t, c.extra, c.shape)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.shape, err, c.want)
		}
	}
}

func TestCoverageCountsMethodsInOperationFiles(t *testing.T) {
	rooms := t.TempDir()
	room := filepath.Join(rooms, "sts")
	if err := os.Mkdir(room, 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(config{id: "sts"}, small(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ file, source, want string }{
		{"make.go", "package sts\nfunc (s *Service) Make() {}\n", "| Make | no |"},
		{"other_ops.go", "package sts\nfunc (s *Other) Make() {}\nfunc Make() {}\n", "| Make | no |"},
		{"make_ops.go", "package sts\nfunc (s *Service) Make() {}\n", "| Make | yes |"},
	} {
		if err := os.WriteFile(filepath.Join(room, step.file), []byte(step.source), 0o644); err != nil {
			t.Fatal(err)
		}
		doc, err := coverage([]*plan{p}, rooms)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(doc), step.want) {
			t.Errorf("after %s: no %q in\n%s", step.file, step.want, doc)
		}
	}
}

func TestCheckNamesTheFilesThatDiffer(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{filepath.Join(dir, "p", "a.go"): []byte("a"), filepath.Join(dir, "p", "b.go"): []byte("b")}
	if err := write(files); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if err := compare(files, &log); err != nil || log.Len() > 0 {
		t.Fatalf("%v %s", err, &log)
	}
	if err := os.WriteFile(filepath.Join(dir, "p", "b.go"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := compare(files, &log); err == nil || log.String() != filepath.Join(dir, "p", "b.go")+"\n" {
		t.Errorf("%v %q", err, &log)
	}
	if err := run([]string{"-out", dir}, &log); err == nil {
		t.Error("ran without models")
	}
}

func TestOurOwnModelsAreReadWhateverTheFolder(t *testing.T) {
	var plans []*plan
	for _, cfg := range services {
		if !cfg.own {
			continue
		}
		m, err := readModel(filepath.Join(t.TempDir(), "nowhere"), cfg)
		if err != nil {
			t.Fatal(err)
		}
		p, err := newPlan(cfg, m)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.ops) == 0 || len(p.ops) != len(p.all) {
			t.Errorf("%s: %d of %d operations are generated", cfg.id, len(p.ops), len(p.all))
		}
		plans = append(plans, p)
	}
	if len(plans) == 0 {
		t.Fatal("there are none")
	}
	doc, err := coverage(plans, filepath.Join("..", "..", "svc"))
	if err != nil {
		t.Fatal(err)
	}
	_, own, found := strings.Cut(string(doc), "Not AWS:")
	if !found || !strings.Contains(own, "## Casestream (not AWS)") || strings.Contains(own, "| no |") {
		t.Errorf("the document does not keep them apart, or one is missing:\n%s", doc)
	}
}
