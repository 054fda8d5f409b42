package app_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/transfer"
)

// TestDeletedFieldsDoNotKeepADomainFromMoving deletes a field that a layout, a template and custom items name: the export is without it, and can be imported.
func TestDeletedFieldsDoNotKeepADomainFromMoving(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	at := "/domains/" + source.ID
	gone := l.post("POST", at+"/fields", object{"name": "Gone", "type": "Text"}, "fieldId")
	kept := l.post("POST", at+"/fields", object{"name": "Kept", "type": "Text"}, "fieldId")
	layout := l.post("POST", at+"/layouts", object{"name": "Both", "content": object{"basic": object{"topPanel": object{"sections": []object{
		{"fieldGroup": object{"name": "All", "fields": []object{{"id": gone}, {"id": kept}}}},
	}}}}}, "layoutId")
	template := l.post("POST", at+"/templates", object{
		"name": "Live", "requiredFields": []object{{"fieldId": gone}}, "layoutConfiguration": object{"defaultLayout": layout},
	}, "templateId")
	id := l.post("POST", at+"/cases", object{"templateId": template, "fields": []object{
		text("title", "one"), text("customer_id", customer), text(gone, "a"), text(kept, "b"),
	}}, "caseId")
	item := func(kind string, content object) {
		l.post("POST", at+"/cases/"+id+"/related-items/", object{"type": kind, "content": content}, "")
	}
	item("Custom", object{"custom": object{"fields": []object{text(gone, "c"), text(kept, "d")}}})
	item("Custom", object{"custom": object{"fields": []object{text(gone, "e")}}})
	l.post("DELETE", at+"/fields/"+gone, nil, "")

	file := l.export(source)
	lines, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(lines), `"Custom","associationTime"`); n != 1 || bytes.Contains(lines, []byte(gone)) {
		t.Errorf("%d custom items, want the one that has values of other fields:\n%s", n, lines)
	}
	m := transfer.Import{To: l.domain(), File: file, State: filepath.Join(t.TempDir(), "position"), Connections: 1}
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// hook does something when the first page of a search has been answered.
type hook struct {
	once sync.Once
	do   func()
}

// RoundTrip sends a request.
func (h *hook) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if strings.HasSuffix(r.URL.Path, "/cases-search") {
		h.once.Do(h.do)
	}
	return resp, err
}

// TestDeletedTemplateComesBeforeItsCasesWhenTheFirstIsDeletedMeanwhile deletes a case between the search that
// finds it and the call that reads it.
func TestDeletedTemplateComesBeforeItsCasesWhenTheFirstIsDeletedMeanwhile(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	at := "/domains/" + source.ID
	template := l.post("POST", at+"/templates", object{"name": "Gone"}, "templateId")
	var ids []string
	for _, title := range []string{"one", "two"} {
		ids = append(ids, l.post("POST", at+"/cases", object{"templateId": template, "fields": []object{
			text("title", title), text("customer_id", customer),
		}}, "caseId"))
	}
	l.post("DELETE", at+"/templates/"+template, nil, "")
	from := *source.Client
	from.HTTP = &http.Client{Transport: &hook{do: func() { l.post("DELETE", at+"/cases/"+ids[0], nil, "") }}}
	file := l.export(&transfer.Domain{Client: &from, ID: source.ID})
	to := l.domain()
	m := transfer.Import{To: to, File: file, State: filepath.Join(t.TempDir(), "position"), Connections: 1}
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := meaning(t, l.export(to)); !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, "two") }) {
		t.Errorf("the second case is not there: %v", got)
	}
}

// TestExportThatWroteNothingLeavesNothing exports a domain that is not there: the same file serves for the right one.
func TestExportThatWroteNothingLeavesNothing(t *testing.T) {
	l := newLand(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "cases.jsonl")
	e := transfer.Export{From: &transfer.Domain{Client: l.client, ID: "nope"}, File: file, State: file + ".position", Connections: 1}
	if err := e.Run(t.Context()); client.Code(err) != "ResourceNotFoundException" {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil { // as a run leaves it that is killed at once
		t.Fatal(err)
	}
	e.From = l.domain()
	if err := e.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestExportIsResumedAfterEveryRequest interrupts an export at each of its requests: the file is the same.
func TestExportIsResumedAfterEveryRequest(t *testing.T) {
	l := newLand(t)
	source := l.domain()
	l.furnish(source)
	want, err := os.ReadFile(l.export(source))
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(1); ; at++ {
		file := filepath.Join(t.TempDir(), "cases.jsonl")
		e := transfer.Export{File: file, State: file + ".position", Connections: 2}
		e.From = (&breaker{at: at}).through(source)
		if err := e.Run(t.Context()); err == nil {
			break
		} else if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		e.From = source
		if err := e.Run(t.Context()); err != nil {
			t.Fatalf("request %d: %v", at, err)
		}
		got, err := os.ReadFile(file)
		if d := cmp.Diff(string(want), string(got)); err != nil || d != "" {
			t.Fatalf("interrupted at request %d: %s %v", at, d, err)
		}
		if _, err := os.Stat(e.State); err == nil {
			t.Fatal("a complete export leaves its position")
		}
		if err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "exists already") {
			t.Fatalf("a complete export was written over: %v", err)
		}
	}
}
