package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/pattern"
	"github.com/google/go-cmp/cmp"
)

// compiled compiles a pattern that must be valid.
func compiled(t testing.TB, source string) *pattern.Pattern {
	t.Helper()
	p, err := pattern.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return p
}

func TestMatchGivesTheVerdictOfTheGuide(t *testing.T) {
	tests := []struct {
		name, pattern, event string
		want                 bool
	}{
		{"an IPv4 block has no IPv6 addresses", `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":"aff:1::1"}`, false},
		{"an IPv6 block of everything has no IPv4 addresses", `{"a":[{"cidr":"::/0"}]}`, `{"a":"1.2.3.4"}`, false},
		{"a block has no numbers", `{"a":[{"cidr":"0.0.0.0/0"}]}`, `{"a":10}`, false},
		{"a mapped address is the IPv4 one", `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":"::ffff:a01:101"}`, true},
		{"an address with a dotted quad in IPv6 is none", `{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":"::ffff:10.1.1.1"}`, false},
		{"folding works beyond the BMP", `{"a":[{"equals-ignore-case":"\ud801\udc00"}]}`, `{"a":"𐐨"}`, true},
		{"an upper-case operand does not fold one character to two", `{"a":[{"equals-ignore-case":"SS"}]}`, `{"a":"ß"}`, false},
		{"a folded suffix may be longer than the operand", `{"a":[{"suffix":{"equals-ignore-case":"ß"}}]}`, `{"a":"STRASS"}`, true},
		{"a sigma folds to itself and no other form", `{"a":[{"equals-ignore-case":"ΑΣ"}]}`, `{"a":"ας"}`, false},
		{"a dotted capital I folds to two characters", `{"a":[{"equals-ignore-case":"İ"}]}`, `{"a":"i̇"}`, true},
		{"escapes in field names are decoded", `{"\u0061":["x"]}`, `{"a":"\u0078"}`, true},
		{"escapes in an event's names are decoded", `{"a\"b":["x"]}`, `{"\u0061\"b":"x"}`, true},
		{"half a surrogate pair equals itself", `{"a":["\ud800"]}`, `{"a":"\uD800"}`, true},
		{"half a surrogate pair equals no other", `{"a":["\ud800"]}`, `{"a":"\ud801"}`, false},
		{"all values of a repeated field count", `{"a":[1]}`, `{"a":1,"a":2}`, true},
		{"text in text is not read", `{"a":{"b":[1]}}`, `{"a":"{\"b\":1}"}`, false},
		{"numbers beyond a double equal the same text", `{"a":[1e400]}`, `{"a":1e400}`, true},
		{"numbers beyond a double equal no other text", `{"a":[1e400]}`, `{"a":10e399}`, false},
		{"a number beyond a double is in no range", `{"a":[{"numeric":[">",1]}]}`, `{"a":1e400}`, false},
		{"anything but a number takes one beyond a double", `{"a":[{"anything-but":1}]}`, `{"a":1e400}`, true},
		{"zero has one value", `{"a":[0]}`, `{"a":-0.0e99}`, true},
		{"a leaf and an object at one path need an array", `{"a":[1],"a":{"b":[2]}}`, `{"a":[1,{"b":2}]}`, true},
		{"$or that is an object is a field", `{"$or":{"a":[1]}}`, `{"$or":{"a":1}}`, true},
		{"$or that is a list of scalars is a field", `{"$or":[1,2]}`, `{"$or":2}`, true},
		{"an absent field is judged by the element bound so far", `{"a":{"b":[1],"c":[{"exists":false}]}}`, `{"a":[{"b":1,"c":3},{"b":1}]}`, true},
		{"a bound element's absence does not help the others", `{"a":{"b":[1],"c":[{"exists":false}]}}`, `{"a":[{"b":1,"c":3},{"b":2}]}`, false},
		{"sibling arrays bind independently", `{"a":{"x":[1]},"b":{"x":[2]}}`, `{"a":[{"x":0},{"x":1}],"b":[{"x":2},{"x":0}]}`, true},
		{"nested arrays bind together", `{"a":{"b":{"x":[1],"y":[2]}}}`, `{"a":[{"b":[{"x":1},{"y":2}]},{"b":[{"x":1,"y":2}]}]}`, true},
		{"scalars in an array bind nothing", `{"a":[1],"a":{"b":[2],"c":[3]}}`, `{"a":[{"b":2},1,{"b":2,"c":3}]}`, true},
		{"a repeated array is two arrays", `{"a":{"b":[1],"c":[2]}}`, `{"a":[{"b":1}],"a":[{"c":2}]}`, true},
		{"a repeated array is judged to its end", `{"a":{"b":[1],"c":[2]}}`, `{"a":[{"b":1},{"c":2}],"a":[{"c":2}]}`, true},
		{"a double may have 17 digits", `{"a":[1.7976931348623157e308]}`, `{"a":17976931348623157e292}`, true},
		{"but no more", `{"a":[1.7976931348623157]}`, `{"a":1.79769313486231570001}`, false},
		{"a star may stand for nothing", `{"a":[{"wildcard":"*x*"}]}`, `{"a":"x"}`, true},
		{"a star goes back as far as it must", `{"a":[{"wildcard":"*ab*ac"}]}`, `{"a":"abababac"}`, true},
		{"a wildcard fits the whole string", `{"a":[{"wildcard":"a*c"}]}`, `{"a":"abcd"}`, false},
		{"an escaped backslash is a backslash", `{"a":[{"wildcard":"a\\\\*"}]}`, `{"a":"a\\b"}`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := compiled(t, tt.pattern).Match([]byte(tt.event))
			if got != tt.want || err != nil {
				t.Errorf("got %v, %v\n%s\n%s", got, err, tt.pattern, tt.event)
			}
		})
	}
}

func TestCompileRefusesWithTheWholeText(t *testing.T) {
	at := func(source string, line, column int) string {
		return fmt.Sprintf("\n at [Source: (String)\"%s\"; line: %d, column: %d]", source, line, column)
	}
	deep := strings.Repeat(`{"a":`, 1001)
	long := `{"a":` + strings.Repeat(" ", 600) + `1}`
	cut := strings.Repeat("x", 499-len(`{"a":"`))
	tests := []struct{ pattern, want string }{
		{`{"a":"` + cut + `😀😀"}`, "\"a\" must be an object or an array\n at [Source: (String)\"{\"a\":\"" + cut + "?\"[truncated 5 chars]; line: 1, column: 7]"},
		{``, "Filter is not an object" + at(``, 1, 1)},
		{`{"a":[1]} x`, "Unexpected text after the end of the event pattern" + at(`{"a":[1]} x`, 1, 11)},
		{"{\n \"é𐐨\": 1}", "\"é𐐨\" must be an object or an array" + at("{\n \"é𐐨\": 1}", 2, 10)},
		{`{"a":[01]}`, "Invalid numeric value: Leading zeroes not allowed" + at(`{"a":[01]}`, 1, 8)},
		{`{"a":[1}`, "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"{\"a\":[1}\"; line: 1, column: 6])" + at(`{"a":[1}`, 1, 8)},
		{`{"a":[1]`, "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"a\":[1]\"; line: 1, column: 1])" + at(`{"a":[1]`, 1, 9)},
		{`{"a" [1]}`, "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value" + at(`{"a" [1]}`, 1, 6)},
		{`{"a":[1],}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name" + at(`{"a":[1],}`, 1, 10)},
		{`{"a":[1,]}`, "Unexpected character (']' (code 93)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')" + at(`{"a":[1,]}`, 1, 9)},
		{"{\"a\":[\"\x01\"]}", "Illegal unquoted character ((CTRL-CHAR, code 1)): has to be escaped using backslash to be included in string value" + at(`{"a":["\u0001"]}`, 1, 8)},
		{`{"a":[{"anything-but":{"prefix":[]}}]}`, "Inside anything but list, either all values are number or string, mixed type is not supported" + at(`{"a":[{"anything-but":{"prefix":[]}}]}`, 1, 35)},
		{`{"a":[{"numeric":[">",5,"<",5]}]}`, "Bottom must be less than top" + at(`{"a":[{"numeric":[">",5,"<",5]}]}`, 1, 31)},
		{`{"a":[{"anything-but":1e400}]}`, "Cannot compare number : 1e400"},
		{`{"a":[{"cidr":"10.0.0.0/32"}]}`, "IPv4 mask bits must be < 32"},
		{deep, "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)"},
		{long, "\"a\" must be an object or an array\n at [Source: (String)\"" + long[:500] + fmt.Sprintf("\"[truncated %d chars]; line: 1, column: 607]", len(long)-500)},
		{wide(1001, 1), "Too many combinations in $or: at most 1000 are allowed"},
		{wide(11, 3), "Too many combinations in $or: at most 1000 are allowed"},
	}
	for _, tt := range tests {
		_, err := pattern.Compile(tt.pattern)
		var refused *pattern.Error
		if !errors.As(err, &refused) {
			t.Errorf("%.100s: got %v", tt.pattern, err)
			continue
		}
		if diff := cmp.Diff("Event pattern is not valid. Reason: "+tt.want, err.Error()); diff != "" {
			t.Errorf("%.100s: %s", tt.pattern, diff)
		}
	}
}

// wide writes a pattern with several $or of n elements side by side, at different levels.
func wide(n, count int) string {
	elements := make([]string, n)
	for i := range elements {
		elements[i] = fmt.Sprintf(`{"x":[%d]}`, i)
	}
	list := `"$or":[` + strings.Join(elements, ",") + `]`
	var fields []string
	for i := range count {
		fields = append(fields, fmt.Sprintf(`"f%d":{%s}`, i, list))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func TestAThousandAlternativesAreAllowed(t *testing.T) {
	p := compiled(t, wide(10, 3))
	for event, want := range map[string]bool{
		`{"f0":{"x":9},"f1":{"x":0},"f2":{"x":5}}`:  true,
		`{"f0":{"x":9},"f1":{"x":10},"f2":{"x":5}}`: false,
	} {
		if got, err := p.Match([]byte(event)); got != want || err != nil {
			t.Errorf("%s: %v, %v", event, got, err)
		}
	}
}

func TestManyFieldsBesideOrDoNotFillTheMemory(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 5000 {
		fmt.Fprintf(&b, `"f%d":[1],`, i)
	}
	_, err := pattern.Compile(b.String() + wide(100, 1)[1:])
	if err == nil || !strings.Contains(err.Error(), "too complex") {
		t.Errorf("got %v", err)
	}
}

func TestWildcardsWithTooManyReadingsAreRefused(t *testing.T) {
	list := func(length int) string {
		var list []string
		for _, c := range "abc" {
			list = append(list, fmt.Sprintf(`{"wildcard":"*%c%s*"}`, c, strings.Repeat("-", length)))
		}
		return `{"a":[` + strings.Join(list, ",") + `]}`
	}
	if _, err := pattern.Compile(list(1300)); err != nil {
		t.Errorf("as long as AWS takes them: %v", err)
	}
	_, err := pattern.Compile(list(4000))
	if err == nil || !strings.Contains(err.Error(), "Rule is too complex") {
		t.Errorf("got %v", err)
	}
}

func TestCompileIsBounded(t *testing.T) {
	path := strings.Repeat(`{"`+strings.Repeat("n", 300)+`":`, 100)
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"%d":[1],`, i)
		}
		return "{" + b.String()[:b.Len()-1] + "}"
	}
	tests := []struct{ name, pattern, reason string }{
		{"256 fields", fields(256), ""},
		{"257 fields", fields(257), "Size of rule exceeds max value of 256"},
		{"64 KiB", `{"a":["` + strings.Repeat("x", 65536-10) + `"]}`, ""},
		{"more than 64 KiB", `{"a":["` + strings.Repeat("x", 65536-9) + `"]}`, "Event pattern is too large: at most 65536 bytes are allowed"},
		{"short names of many fields at the end of a long path", path + fields(100) + strings.Repeat("}", 100), "Rule is too complex - the paths of its fields are too long"},
		{"a number of 1001 digits", `{"a":[1` + strings.Repeat("0", 1000) + `]}`, "Number value length (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNumberLength()`)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := pattern.Compile(tt.pattern)
			var refused *pattern.Error
			if errors.As(err, &refused); tt.reason == "" && err != nil || tt.reason != "" && (refused == nil || refused.Reason != tt.reason) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMatchRefusesWhatIsNoEvent(t *testing.T) {
	p := compiled(t, `{"a":[{"exists":false}]}`)
	for _, event := range []string{
		``, `[]`, `1`, `null`, `{`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":tru}`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, `{"b":"`, `{"b":"\`,
		`{"b":{"c":1}`, `{"b":[1,2`, `{"b":"` + strings.Repeat("x", 100), `{"b":[` + strings.Repeat(`"x",`, 100), `{"\`, `{"\u12`, `{"b`,
		`{"a":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`,
	} {
		if ok, err := p.Match([]byte(event)); ok || !errors.Is(err, pattern.ErrEvent) {
			t.Errorf("%.50s: %v, %v", event, ok, err)
		}
	}
}

func TestSetReportsEachRuleOnceAndInOrder(t *testing.T) {
	set := pattern.Build([]pattern.Rule{
		{ID: 7, Pattern: compiled(t, `{"source":["a","b"]}`)},
		{ID: 3, Pattern: compiled(t, `{"x":[{"exists":false}]}`)},
		{ID: 9, Pattern: compiled(t, `{"$or":[{"source":["b"]},{"source":[{"prefix":"a"}]}]}`)},
		{ID: 1, Pattern: compiled(t, `{"source":["c"]}`)},
		{ID: 4, Pattern: compiled(t, `{"source":["z"]}`)},
		{ID: 4, Pattern: compiled(t, `{"source":["b"],"detail":{"n":[{"numeric":["<",5]}]}}`)},
	})
	tests := []struct {
		event string
		want  []pattern.RuleID
	}{
		{`{"source":["a","b","a"]}`, []pattern.RuleID{20, 3, 7, 9}},
		{`{"source":"b","x":1,"detail":{"n":4}}`, []pattern.RuleID{20, 4, 7, 9}},
		{`{"source":"c","x":{}}`, []pattern.RuleID{20, 1, 3}},
		{`{"source":"z"}`, []pattern.RuleID{20, 3}},
		{`{"x":1}`, []pattern.RuleID{20}},
	}
	for _, tt := range tests {
		got, err := set.Match([]byte(tt.event), []pattern.RuleID{20})
		if err != nil || !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.event, got, err, tt.want)
		}
	}
	if set.Len() != 5 {
		t.Errorf("%d rules", set.Len())
	}
	if got, err := pattern.Build(nil).Match([]byte(`{}`), nil); len(got) > 0 || err != nil {
		t.Errorf("the empty set matched: %v, %v", got, err)
	}
}

func TestSetIsSafeForConcurrentUse(t *testing.T) {
	set := pattern.Build(templateRules(t, 100))
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 500 {
				n := (i*7 + g) % 100
				got, err := set.Match(caseEvent(n), nil)
				if err != nil || !cmp.Equal(got, []pattern.RuleID{pattern.RuleID(n)}) {
					t.Errorf("template %d: %v, %v", n, got, err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// objects writes an array of n objects with one field each, which counts up.
func objects(n int, name string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{%q:%d}`, name, i)
	}
	return strings.Join(list, ",")
}

func TestLargeArraysAreJudgedWithoutTryingAllCombinations(t *testing.T) {
	// Naively 3000^4 combinations: no element of a has both x and y, whatever is chosen in b, c and d.
	any := `[{"numeric":[">=",0]}]`
	p := compiled(t, fmt.Sprintf(`{"a":{"x":%s,"y":%s},"b":{"x":%s},"c":{"x":%s},"d":{"x":%s,"z":[{"exists":false}]}}`, any, any, any, any, any))
	list := objects(3000, "x")
	for _, tt := range []struct {
		a    string
		want bool
	}{
		{list + "," + objects(3000, "y"), false},
		{list + "," + objects(3000, "y") + `,{"x":1,"y":1}`, true},
	} {
		event := fmt.Sprintf(`{"a":[%s],"b":[%s],"c":[%s],"d":[%s]}`, tt.a, list, list, list)
		if got, err := p.Match([]byte(event)); got != tt.want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, tt.want)
		}
	}
}

func TestNamesMadeToMultiplyCombinationsAreReported(t *testing.T) {
	// "p", "p-", "p--", … sort before "p.x", so that the nested arrays of all of them are open at once.
	var constraints, closing, fields []string
	for i := range 6 {
		name := "p" + strings.Repeat("-", i)
		constraints = append(constraints, fmt.Sprintf(`%q:[1]`, name))
		closing = append(closing, fmt.Sprintf(`%q:{"x":[1]}`, name))
		fields = append(fields, fmt.Sprintf(`%q:[%s[{"x":1},0]]`, name, strings.Repeat(`[1,{"x":0}],`, 30)))
	}
	hard := compiled(t, "{"+strings.Join(append(constraints, closing...), ",")+"}")
	easy := compiled(t, `{"p":[0]}`)
	set := pattern.Build([]pattern.Rule{{ID: 1, Pattern: hard}, {ID: 2, Pattern: easy}})
	got, err := set.Match([]byte("{"+strings.Join(fields, ",")+"}"), nil)
	if !errors.Is(err, pattern.ErrUndecided) || !cmp.Equal(got, []pattern.RuleID{2}) {
		t.Errorf("got %v, %v", got, err)
	}
}
