package bus_test

import (
	"encoding/json"
	"testing"

	"github.com/casestream/casestream/bus"
)

func TestInputPathSelectsTheTextAsItStands(t *testing.T) {
	const event = `{"detail-type":"t","detail":{"a/b":{"c_d":[1,[2.50,"x"]]},"n":null,"a":1,"a":2},"resources":["r"]}`
	for _, c := range []struct {
		path, want string
	}{
		{"$", event},
		{"$.detail-type", `"t"`},
		{"$.resources[0]", `"r"`},
		{"$.detail.a/b.c_d[1][0]", `2.50`},
		{"$.detail.a/b", `{"c_d":[1,[2.50,"x"]]}`},
		{"$.detail.n", `null`},
		{"$.detail.a", `2`},
	} {
		if got, _, ok := bus.Find(c.path, event); !ok || got != c.want {
			t.Errorf("%s selects %q (%v), want %q", c.path, got, ok, c.want)
		}
	}
	for _, path := range []string{"$.nothing", "$.resources[1]", "$.resources.x", "$.detail[0]", "$.detail.n.x", "$[0]"} {
		if got, valid, ok := bus.Find(path, event); !valid || ok {
			t.Errorf("%s selects %q (valid: %v), want nothing", path, got, valid)
		}
	}
	for _, path := range []string{"", "detail", "$detail", "$.", "$..a", "$.a.", "$.a[", "$.a[]", "$.a[-1]", "$.a[x]", "$.a[0", "$.a[99999999999]", "$.*", "$.a[*]", "$.a[0]b", "$['a']", "$.a b"} {
		if _, valid, _ := bus.Find(path, event); valid {
			t.Errorf("%q is taken for a path", path)
		}
	}
}

func FuzzInputPath(f *testing.F) {
	f.Add("$.a[0].b", `{"a":[{"b":1}]}`)
	f.Add("$", `{}`)
	f.Add("$.a", `{"a":"\ud800"}`)
	f.Fuzz(func(t *testing.T, path, event string) {
		if !json.Valid([]byte(event)) {
			return
		}
		if got, _, ok := bus.Find(path, event); ok && !json.Valid([]byte(got)) {
			t.Errorf("%s selects %q in %s", path, got, event)
		}
	})
}
