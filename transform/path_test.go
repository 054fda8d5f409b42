package transform_test

import (
	"strings"
	"testing"

	"github.com/casestream/casestream/transform"
)

func TestPathSelectsTheTextAsItStands(t *testing.T) {
	const event = `{"detail-type":"t", "detail":{"a/b":{"c_d":[1,[2.50, "x"]]},"n":null,"a":1,"a":2,"d":{"x":1},"d":{"y":2},"\u0065\"f":3,"g.h":{"i":[{"j":[{"k":1},{"k":2}]},` +
		`5,{"j":[{},{"k":[3]}]},{"j":{"z":{"k":4}}}]}, "empty":[ ],"none":{ }},"resources":["r"]}`
	for path, want := range map[string]string{
		"$":                           event,
		"$.detail-type":               `"t"`,
		"$['detail-type']":            `"t"`,
		"$.resources[0]":              `"r"`,
		"$.detail.a/b.c_d[1][0]":      `2.50`,
		"$.detail.a/b":                `{"c_d":[1,[2.50, "x"]]}`,
		"$.detail.n":                  `null`,
		"$.detail.a":                  `2`,
		"$.detail.d.y":                `2`,
		`$.detail['e"f']`:             `3`,
		"$.detail['g.h'].i[1]":        `5`,
		"$.detail['g.h'].i[*].j[*].k": `[1,2,[3],4]`,
		"$.detail['g.h'].i[2].j[*].k": `[[3]]`,
		"$.detail['g.h'].i[*].j[1].k": `[2,[3]]`,
		"$.detail.a/b.c_d.*":          `[1,[2.50, "x"]]`,
		"$.detail.a/b[*][*][*]":       `[2.50,"x"]`,
		"$.detail.empty[*]":           `[]`,
		"$.detail.none.*":             `[]`,
		"$.detail.empty[*].x[*].y":    `[]`,
		"$.*":                         `["t",` + event[strings.Index(event, `{"a/b"`):strings.Index(event, `,"resources"`)] + `,["r"]]`,
		"$.resources.*":               `["r"]`,
	} {
		p, err := transform.CompilePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, err := p.Find([]byte(event)); err != nil || string(got) != want {
			t.Errorf("%s selects %s, %v; want %s", path, got, err, want)
		}
	}
	for _, path := range []string{"$.nothing", "$.resources[1]", "$.resources.x", "$.detail[0]", "$.detail.n.x", "$[0]", "$.detail.d.x", "$.nothing.*", "$.detail.n.*", "$.detail-type[*]"} {
		p, err := transform.CompilePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, err := p.Find([]byte(event)); err != transform.ErrNothing { //nolint:errorlint // as it is
			t.Errorf("%s selects %s, %v; want nothing", path, got, err)
		}
	}
}

func TestBadPathsAreRefused(t *testing.T) {
	for _, path := range []string{
		"", "detail", "$detail", "$.", "$..a", "$.a.", "$.a[", "$.a[]", "$.a[-1]", "$.a[x]", "$.a[0", "$.a[99999999999]", "$.a*", "$.*a", "$.a[*", "$.a[0]b", "$.a b",
		"$['']", "$['a'", "$['a", "$['a']]", `$["a"]`, "$.a?", "$.a[?(@.b)]", "$.a[0,1]", "$.a[0:1]", "$.a.length()", "$." + strings.Repeat("a", 255),
	} {
		_, err := transform.CompilePath(path)
		refused(t, err, "Parameter InputPath is not valid for target t. Reason: A path is $ followed by .name, .*, [index], [*] or ['name'], of at most 256 characters.")
	}
	if _, err := transform.CompilePath("$." + strings.Repeat("é", 254)); err != nil {
		t.Errorf("a path of 256 characters: %v", err)
	}
}

// Paths that share a part are found together as each is alone, also where a key comes twice.
func TestPathsOfATreeDoNotDisturbEachOther(t *testing.T) {
	const event = `{"a":{"b":{"c":1},"d":[1,2]},"x":{"b":{"c":9}},"a":{"b":{"c":2},"d":[{"c":3}]}}`
	paths := map[string]string{
		"p0": "$.a.b.c", "p1": "$.a.b", "p2": "$.*.b.c", "p3": "$.a.*", "p4": "$.a.*.c", "p5": "$.a.d[0]", "p6": "$.a.d[1]", "p7": "$.a.d[*].c", "p8": "$.*.*[0].c", "p9": "$.a.b.c",
	}
	var template, want strings.Builder
	for _, name := range []string{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"} {
		p, err := transform.CompilePath(paths[name])
		if err != nil {
			t.Fatal(err)
		}
		alone, err := p.Find([]byte(event))
		if err != nil {
			alone = []byte(`""`)
		}
		template.WriteString("[<" + name + ">],")
		want.WriteString("[" + string(alone) + "],")
	}
	got, err := apply(t, paths, "["+template.String()+"0]", event)
	if err != nil || got != "["+want.String()+"0]" {
		t.Errorf("together %s, %v\nalone    %s", got, err, "["+want.String()+"0]")
	}
	const fixed = `[[2],[{"c":2}],[[1,9,2]],[[{"c":2},[{"c":3}]]],[[2]],[{"c":3}],[""],[[3]],[[3]],[2],0]`
	if got != fixed {
		t.Errorf("got  %s\nwant %s", got, fixed)
	}
}
