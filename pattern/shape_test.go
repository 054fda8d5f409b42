package pattern_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatIsRememberedOfAnEventDoesNotChangeTheNext(t *testing.T) {
	long := strings.Repeat("n", 100)
	p := compiled(t, `{"a":{"b":["yes"],"`+long+`":[{"exists":false}]},"c":[{"exists":true}]}`)
	many := func(n int, name string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"%s%d":%d,`, name, i, i)
		}
		return b.String()
	}
	for range 2 {
		for _, tt := range []struct {
			event string
			want  bool
		}{
			{`{"c":1,"a":{"b":"yes"},"` + long + `":1,"x":1,"c":1}`, true},
			{`{"c":1,"a":{"b":"yes"}}`, true},
			{`{"c" : 1,"a"	:{"b":"yes"}}`, true},
			{`{"a":{"b":"yes"},"c":1}`, true},
			{`{"c":1,"a":{"b":"no"}}`, false},
			{`{"` + long + `":1,"a":{"b":"yes"},"c":1}`, true},
			{`{"c":1,"a":{"` + long + `":2,"b":"yes"}}`, false},
			{`{"c":1,"` + long + `":1,"x":1,"y":1,"a":{"b":"yes"}}`, true},
			{`{"x":1,"` + long + `":1,"c":1,"a":{"x":1,"` + long + `x":1,"y":2,"b":"yes"}}`, true},
			{`{` + many(40, "n") + `"c":1,"a":{` + many(40, long) + `"b":"yes"}}`, true},
			{`{` + many(40, "n") + `"c":1,"a":{` + many(40, "m") + `"b":"no"}}`, false},
			{`{"\u0063":1,"a":{"\u0062":"yes"}}`, true},
			{`{"\u0063":1,"a":{"\u0063":"yes"}}`, false},
			{`{"c":1,"a":[{"b":"no"},{"c":"yes"},{"b":"yes"}]}`, true},
			{`{"c":1,"a":[{"b":"no"},{"c":"yes"},{"` + long + `":1,"b":"yes"}]}`, false},
			{`{"c":1,"a.b":"yes"}`, true},
			{`{"c":1,"a.c":"yes"}`, false},
		} {
			if got, err := p.Match([]byte(tt.event)); got != tt.want || err != nil {
				t.Errorf("%s: %v, %v", tt.event, got, err)
			}
		}
	}
}

func TestTreesOfMoreObjectsThanAreRememberedAreRead(t *testing.T) {
	const n = 600
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf(`"o%d":{"x":[%[1]d]}`, i))
	}
	p := compiled(t, "{"+strings.Join(fields[:250], ",")+"}")
	event := strings.NewReplacer("[", "", "]", "").Replace("{" + strings.Join(fields, ",") + "}")
	for range 2 {
		if got, err := p.Match([]byte(event)); !got || err != nil {
			t.Errorf("%v, %v", got, err)
		}
	}
}
