package pattern_test

import "testing"

// TestTheBetterChoiceInAnArrayIsFound has arrays in which a scalar that stands alone is taken, and an element is
// taken too: choosing the element makes a field of the other elements absent.
func TestTheBetterChoiceInAnArrayIsFound(t *testing.T) {
	tests := []struct {
		pattern, event string
		want           bool
	}{
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":["x",{"b":1}]}`, false},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":["x",["x"],{"b":1}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":[["x"],"x",{"b":1}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":["y",["x"],{"b":1}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":[["x"],{"b":1}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false},1]}`, `{"a":["x",["x"],{"b":2}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":"x","a":[["x"],{"b":1}]}`, true},
		{`{"a":["x"],"a.b":[{"exists":false}]}`, `{"a":"x","a":{"b":1}}`, false},
		{`{"a":["x"],"a.b":[1],"a.c":[{"exists":false}]}`, `{"a":["x",["x"],{"b":1},{"b":1,"c":2}]}`, true},
		{`{"a":["x"],"a.b":[1],"a.c":[{"exists":false}]}`, `{"a":["x",["x"],{"b":1,"c":2}]}`, false},
	}
	for _, tt := range tests {
		got, err := compiled(t, tt.pattern).Match([]byte(tt.event))
		if got != tt.want || err != nil {
			t.Errorf("got %v, %v\n%s\n%s", got, err, tt.pattern, tt.event)
		}
		if naive, ok := naiveMatch(tt.pattern, tt.event); !ok || naive != tt.want {
			t.Errorf("the naive matcher: %v, %v\n%s\n%s", naive, ok, tt.pattern, tt.event)
		}
	}
}
