// Package eventstest holds case events to their JSON Schemas, for the tests of whoever emits or keeps them. It
// is for tests only: Parse alone is what consumers need.
package eventstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/casestream/casestream/docs/schemas"
	"github.com/casestream/casestream/events"
)

// Check fails the test unless a body is a case event as the schemas have it and Parse reads it. It gives what
// Parse has read.
func Check(t testing.TB, body string) events.Event {
	t.Helper()
	if err := Validate([]byte(body)); err != nil {
		t.Errorf("%v\nin %s", err, body)
	}
	e, err := events.Parse([]byte(body))
	if err != nil {
		t.Errorf("%v\nin %s", err, body)
	}
	return e
}

// Validate says where a body is not as the schema of its kind of event has it: an event with a related item is
// one about that, any other is one about a case.
func Validate(body []byte) error {
	compiled, err := compile()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	var event struct {
		Detail struct{ RelatedItem json.RawMessage }
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if event.Detail.RelatedItem != nil {
		return compiled.relatedItem.Validate(doc)
	}
	return compiled.aCase.Validate(doc)
}

// compiled is the schemas of the two kinds of events.
type compiled struct{ aCase, relatedItem *jsonschema.Schema }

// compile compiles the schemas once.
var compile = sync.OnceValues(func() (compiled, error) {
	c := jsonschema.NewCompiler()
	names, err := fs.Glob(schemas.Files, "*.json")
	if err != nil {
		return compiled{}, err
	}
	for _, name := range names {
		text, err := schemas.Files.ReadFile(name)
		if err != nil {
			return compiled{}, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return compiled{}, fmt.Errorf("%s: %w", name, err)
		}
		if err := c.AddResource(schemas.Base+name, doc); err != nil {
			return compiled{}, err
		}
	}
	var all compiled
	if all.aCase, err = c.Compile(schemas.Base + "case-event.json"); err != nil {
		return compiled{}, err
	}
	all.relatedItem, err = c.Compile(schemas.Base + "related-item-event.json")
	return all, err
})
