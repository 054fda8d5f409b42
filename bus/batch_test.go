package bus_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/pattern"
)

// numbers reads JSON and keeps its numbers as they are written.
func numbers(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func FuzzDetailIsAnObjectOrRefused(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` {"a" : [1.0, null,"\u00e9<é>" ] } `, `[{}]`, `null`, `"x"`, `{"a":}`, `{}}`, `{} {}`, "{\"a\":\"\x00\"}", "{\"\xff\":1}", `{"a":1,"a":2}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := bus.CompactDetail(text)
		var want map[string]any
		good := len(text) == 0 || json.Valid(text) && numbers(text, &want) == nil && want != nil && pattern.Depth(text) < pattern.MaxDepth
		if good != (err == nil) || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%q is an object: %v; err = %v", text, good, err)
		}
		if len(got) == 0 {
			return
		}
		var members map[string]any
		if err := numbers(got, &members); err != nil || !reflect.DeepEqual(want, members) || got[0] != '{' || len(got) > len(text) {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	})
}
