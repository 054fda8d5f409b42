package transform_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/casestream/casestream/transform"
)

func FuzzPath(f *testing.F) {
	f.Add("$.a[0].b", `{"a":[{"b":1}]}`)
	f.Add("$", `{}`)
	f.Add("$.a", `{"a":"\ud800"}`)
	f.Add("$.*[*].x", `{"a":[{"x":1},{"x":[]}],"b":{"c":{"x":2}},"a":0}`)
	f.Add("$['a\\']", `{"\u0061\\":"\""}`)
	f.Fuzz(func(t *testing.T, path, event string) {
		p, err := transform.CompilePath(path)
		if err != nil {
			return
		}
		got, err := p.Find([]byte(event))
		ok := err == nil
		if !json.Valid([]byte(event)) {
			return // what it finds means nothing; that it comes back is enough
		}
		if ok && !json.Valid(got) {
			t.Errorf("%s selects %q in %s", path, got, event)
		}
		if strings.ContainsAny(path, "[*") || !utf8.ValidString(event) {
			return
		}
		if want, found := plainFind(path, event); found != ok || !bytes.Equal(want, got) {
			t.Errorf("%s selects %q (%v) in %s, want %q (%v)", path, got, ok, event, want, found)
		}
	})
}

// plainFind is Find in the simplest way, for paths of dots and names.
func plainFind(path, event string) ([]byte, bool) {
	at := json.RawMessage(bytes.Trim([]byte(event), " \t\r\n"))
	for _, name := range bytes.Split([]byte(path), []byte("."))[1:] {
		var fields map[string]json.RawMessage
		if json.Unmarshal(at, &fields) != nil || fields[string(name)] == nil {
			return nil, false
		}
		at = fields[string(name)]
	}
	return at, true
}

func FuzzTemplate(f *testing.F) {
	const event = `{"id":"i","detail":{"a":"x\"y\\","b":[1,{"c":"\u00e9"}],"z":null}}`
	f.Add(`{"a":<a>,"b":"<b>","c":[<c>,<aws.events.event>]}`, "$.detail.a", "$.detail.b[*].c", event)
	f.Add(`"<a> of <b>"`+"\n"+`"<aws.events.event.json> \" <"`, "$.detail", "$.nothing", event)
	f.Add(`<a>`, "$", "$.*", event)
	f.Add(`{"a\\<b>":"<<a>>"}`, "$", "$['x y']", `{"x y":"\ud83d\ude00\ufffe\n"}`)
	f.Fuzz(func(t *testing.T, template, a, b, event string) {
		tm, err := transform.Compile(map[string]string{"a": a, "b": b}, template)
		if err != nil {
			return
		}
		out, err := tm.Append(nil, []byte(event), origin)
		if err != nil || !json.Valid([]byte(event)) {
			return
		}
		if len(out) > transform.MaxOutput {
			t.Errorf("%d bytes", len(out))
		}
		if text := bytes.TrimLeft([]byte(template), " \t\r\n"); text[0] != '"' && !json.Valid(out) {
			t.Errorf("%s with a=%s b=%s makes of %s\n%s", template, a, b, event, out)
		}
	})
}

// FuzzTree holds paths that are looked for together to what each finds alone.
func FuzzTree(f *testing.F) {
	f.Add("$.a.b", "$.a.*", "$.a", `{"a":{"b":1,"b":2},"c":0,"a":{"d":[1]}}`)
	f.Add("$.*.b[*]", "$.a.b[1]", "$[0].*", `{"a":{"b":[1,2]},"c":{"b":[3]}}`)
	f.Add("$.*.*", "$.*.b", "$.a.*", `{"a":{"b":[1,2]},"a":3,"c":{"b":[3],"b":4}}`)
	f.Fuzz(func(t *testing.T, a, b, c, event string) {
		if !json.Valid([]byte(event)) {
			return
		}
		want := "["
		for _, path := range []string{a, b, c} {
			p, err := transform.CompilePath(path)
			if err != nil {
				return
			}
			found, err := p.Find([]byte(event))
			if err != nil {
				found = []byte(`""`)
			}
			want += string(found) + ","
		}
		got, err := apply(t, map[string]string{"a": a, "b": b, "c": c}, `[<a>,<b>,<c>,0]`, event)
		if err != nil || got != want+"0]" {
			t.Errorf("%s %s %s of %s\ngot  %s, %v\nwant %s", a, b, c, event, got, err, want+"0]")
		}
	})
}
