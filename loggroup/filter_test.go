package loggroup_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/loggroup"
)

// message is what most patterns here are tried on.
const message = `{"detail-type":"Case Change","detail":{"x":"yes","n":12,"f":1.5e2,"on":true,"off":false,"nil":null,"ip":"123.123.1.2","list":[1,{"id":"a"},{"id":"b"}],"odd name":"v"},"text":"a \"b\""}`

func TestFilterPatternsMatchAsDocumented(t *testing.T) {
	for pattern, want := range map[string]bool{
		"": true, "  ": true,
		"detail": true, "Detail": false, "yes text": true, "yes nothing": false, "?nothing ?yes": true, "?nothing ?none": false,
		"-nothing": true, "yes -text": false, "?nothing yes": true, `"Case Change"`: true, `"case change"`: false, `-"Case Change"`: false,
		`?"no such" ?"Case Change"`: true, `"a \\\"b"`: true,

		`{ $.detail.x = "yes" }`: true, `{ $.detail.x = yes }`: true, `{$.detail.x="no"}`: false, `{ $.detail.x != "no" }`: true,
		`{ $.detail.missing != "no" }`: false, `{ $.detail.missing = "no" }`: false, `{ $.detail-type = "Case*" }`: true,
		`{ $.detail.ip = 123.123.* }`: true, `{ $.detail.ip != 123.123.* }`: false, `{ $.detail.ip = "*.1.*" }`: true, `{ $.detail.ip = "*.9.*" }`: false,
		`{ $.detail.n = 12 }`: true, `{ $.detail.n = 12.0 }`: true, `{ $.detail.n = 1* }`: true, `{ $.detail.n > 11 }`: true, `{ $.detail.n > 12 }`: false,
		`{ $.detail.n >= 12 }`: true, `{ $.detail.n <= 11 }`: false, `{ $.detail.n < 13 && $.detail.n != 11 }`: true, `{ $.detail.f = 150 }`: true,
		`{ $.detail.x > 1 }`: false, `{ $.detail.on IS TRUE }`: true, `{ $.detail.off IS TRUE }`: false, `{ $.detail.off IS FALSE }`: true,
		`{ $.detail.nil IS NULL }`: true, `{ $.detail.x IS NULL }`: false, `{ $.detail.missing IS NULL }`: false,
		`{ $.detail.missing NOT EXISTS }`: true, `{ $.detail.nil NOT EXISTS }`: false,
		`{ $.detail.list[0] = 1 }`: true, `{ $.detail.list[1].id = "a" }`: true, `{ $.detail.list[2].id = "a" }`: false, `{ $.detail.list[9].id = "a" }`: false,
		`{ $.detail.list[*].id = "b" }`: true, `{ $.detail.list[*].id = "c" }`: false, `{ $.detail.["odd name"] = "v" }`: true, `{ $.detail["odd name"] = "v" }`: true,
		`{ $.text = "a \"b\"" }`: true,
		`{ $.detail.x = "no" || $.detail.n = 12 && $.detail.on IS TRUE }`:    true,
		`{ ($.detail.x = "no" || $.detail.n = 12) && $.detail.on IS FALSE }`: false,
		`{ $.detail = "yes" }`: false,
	} {
		f, err := loggroup.ParseFilter(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if got := f.Match([]byte(message)); got != want {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

func TestJSONPatternsMatchNothingButJSONObjects(t *testing.T) {
	f, err := loggroup.ParseFilter(`{ $.a NOT EXISTS }`)
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]bool{`{}`: true, ` {"b":1} `: true, `{"a":1}`: false, `[]`: false, ``: false, `{`: false, `{} {}`: false, `text`: false} {
		if got := f.Match([]byte(message)); got != want {
			t.Errorf("%q: %v, want %v", message, got, want)
		}
	}
}

func TestBadFilterPatternsAreRefused(t *testing.T) {
	for pattern, says := range map[string]string{
		`a.b`: "Invalid character(s) in term 'a.b'", `"a`: "do not end", `-`: "a term is missing", `? a`: "a term is missing",
		`[ip, user]`: "space-delimited log events are not supported", `%a%`: "regular expressions are not supported",
		`{`: "selector", `{}`: "selector", `{ $ = 1 }`: "member is missing", `{ $. = 1 }`: "name of a member", `{ $.a }`: "operator", `{ $.a = }`: "value is missing",
		`{ $.a = 1`: "}, && or ||", `{ $.a = 1 } x`: "behind the closing brace", `{ ($.a = 1 }`: ")", `{ $.a IS 1 }`: "NULL, TRUE or FALSE", `{ $.a NOT 1 }`: "EXISTS",
		`{ $.a > "x" }`: "a number must follow", `{ $.a > x }`: "a number must follow", `{ $.a[x] = 1 }`: "number of an element", `{ $.a[*].b[*] = 1 }`: "one [*] only",
		`{ $.a = %x% }`: "regular expressions are not supported", `{ $["a" = 1 }`: "] is missing", `{ $.a = 1 && }`: "selector",
	} {
		_, err := loggroup.ParseFilter(pattern)
		if fault.KindOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %s", pattern, err, says)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, pattern := range []string{`a -b ?c "d e"`, `{ $.a[0].b = "x*" && ($.c >= 1e3 || $.d[*] IS NULL) }`, `{ $.["a\"b"] NOT EXISTS }`, `[a]`} {
		f.Add(pattern, message)
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		compiled, err := loggroup.ParseFilter(pattern)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %v is no fault of the pattern", pattern, err)
			}
			return
		}
		compiled.Match([]byte(message))
		phrase := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(message) + `"`
		if own, err := loggroup.ParseFilter(phrase); err != nil || !own.Match([]byte(message)) {
			t.Errorf("%q does not match itself: %v", message, err)
		}
	})
}
