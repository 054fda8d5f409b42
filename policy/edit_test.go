package policy_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/casestream/casestream/policy"
)

// add is a change that adds a statement.
func add(s string) func([]json.RawMessage) ([]json.RawMessage, error) {
	return func(list []json.RawMessage) ([]json.RawMessage, error) { return append(list, json.RawMessage(s)), nil }
}

// remove is a change that takes the statements of an id away.
func remove(id string) func([]json.RawMessage) ([]json.RawMessage, error) {
	return func(list []json.RawMessage) ([]json.RawMessage, error) {
		return slices.DeleteFunc(list, policy.HasSid(id)), nil
	}
}

func TestStatementsAreAddedAndTakenAway(t *testing.T) {
	head := policy.Head{Version: "2008-10-17", ID: "x/default"}
	const a, b = `{"Sid":"a<b>"}`, `{"Sid":"b"}`
	for name, tt := range map[string]struct {
		text   string
		change func([]json.RawMessage) ([]json.RawMessage, error)
		want   string
	}{
		"the first":                 {"", add(a), `{"Version":"2008-10-17","Id":"x/default","Statement":[` + a + `]}`},
		"beside the only one":       {`{"Version":"2012-10-17","Statement":` + a + `}`, add(b), `{"Version":"2012-10-17","Statement":[` + a + `,` + b + `]}`},
		"beside others":             {`{"Id":"y","Statement":[` + a + `,` + b + `]}`, add(`{}`), `{"Id":"y","Statement":[` + a + `,` + b + `,{}]}`},
		"one goes":                  {`{"Statement":[` + a + `,` + b + `]}`, remove("b"), `{"Statement":[` + a + `]}`},
		"the last goes":             {`{"Statement":` + b + `}`, remove("b"), ""},
		"nothing goes from nothing": {"", remove("b"), ""},
	} {
		got, err := policy.Edit(tt.text, head, tt.change)
		if err != nil || got != tt.want {
			t.Errorf("%s: got %s %v, want %s", name, got, err, tt.want)
		}
	}
	failure := errors.New("no")
	if _, err := policy.Edit("", head, func([]json.RawMessage) ([]json.RawMessage, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	if _, err := policy.Edit("{", head, add(a)); err == nil {
		t.Error("half a document was edited")
	}
}

// FuzzEdit adds a statement to documents and takes it away again: the others must decide as before.
func FuzzEdit(f *testing.F) {
	f.Add(document(statement(`"Sid":"s"`), statement(`"Effect":"Deny"`)))
	f.Add(`{"Id":"<&>\u2028","Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["*"]},"NotAction":"*","NotResource":"*"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Parse(text)
		if err != nil {
			return
		}
		more, err := policy.Edit(text, policy.Head{}, add(statement(`"Sid":"added by the test"`)))
		if err != nil {
			t.Fatal(err)
		}
		if after, err := policy.Parse(more); err == nil && len(after.Statements) != len(p.Statements)+1 {
			t.Errorf("%d statements and one are %d", len(p.Statements), len(after.Statements))
		}
		less, err := policy.Edit(more, policy.Head{}, func(list []json.RawMessage) ([]json.RawMessage, error) { return list[:len(list)-1], nil })
		if err != nil {
			t.Fatal(err)
		}
		back, err := policy.Parse(less)
		if err != nil {
			t.Fatalf("%s became %s: %v", text, less, err)
		}
		if got, want := back.Explain(fromEvents()), p.Explain(fromEvents()); got != want {
			t.Errorf("%v, and before %v", got, want)
		}
	})
}
