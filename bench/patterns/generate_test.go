package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/casestream/casestream/events/eventstest"
	"github.com/casestream/casestream/pattern"
)

// parcel is a line as the tests read it.
type parcel struct {
	Properties map[string]*string
	Geometry   struct {
		Type             string
		Coordinates      []position
		FirstCoordinates position
	}
}

// position is a point as the tests read it.
type position struct{ X, Y, Z float64 }

// testLines is how many parcels the tests read: all that stand once are among them.
const testLines = 10_000

// readCity is parcels as they are made and as they are read.
type readCity struct {
	lines   [][]byte
	parcels []parcel
}

// cities are the two that the tests read: firstCoordinates stands ahead of the coordinates, or last.
var cities = map[bool]func() readCity{
	false: sync.OnceValue(func() readCity { return readLots(false) }),
	true:  sync.OnceValue(func() readCity { return readLots(true) }),
}

// readLots makes a city and reads it.
func readLots(last bool) readCity {
	c := readCity{lines: lots(1, testLines, last), parcels: make([]parcel, testLines)}
	for i, line := range c.lines {
		if err := json.Unmarshal(line, &c.parcels[i]); err != nil {
			panic(fmt.Sprintf("%v in %s", err, line))
		}
	}
	return c
}

func TestParcelsAreTheSameOutOfTheSameSeed(t *testing.T) {
	first, again, other := lots(1, 1_000, false), lots(1, 1_000, false), lots(2, 1_000, false)
	if !bytes.Equal(bytes.Join(first, nil), bytes.Join(again, nil)) {
		t.Error("the same seed made two cities")
	}
	if bytes.Equal(first[0], other[0]) {
		t.Error("two seeds made the same parcel")
	}
}

func TestParcelsHaveTheOriginalsShape(t *testing.T) {
	for _, last := range []bool{false, true} {
		c, bytes := cities[last](), 0
		streets, nulls, points := map[string]bool{}, 0, map[int]int{}
		for i, p := range c.parcels {
			bytes += len(c.lines[i])
			points[len(p.Geometry.Coordinates)]++
			if street := p.Properties["STREET"]; street == nil {
				nulls++
			} else {
				streets[*street] = true
			}
			if len(p.Properties) != 9 || p.Geometry.FirstCoordinates != p.Geometry.Coordinates[0] || p.Geometry.Coordinates[0] != p.Geometry.Coordinates[len(p.Geometry.Coordinates)-1] {
				t.Fatalf("a parcel of another shape: %s", c.lines[i])
			}
			if behind := strings.Index(string(c.lines[i]), "firstCoordinates") > strings.Index(string(c.lines[i]), `"coordinates"`); behind != last {
				t.Fatalf("firstCoordinates stands where it should not: %s", c.lines[i])
			}
		}
		if mean := bytes / testLines; mean < 873 || mean > 910 {
			t.Errorf("parcels of %d bytes in the mean", mean)
		}
		if len(streets) < 1_500 || len(streets) > 1_701 || nulls == 0 {
			t.Errorf("%d streets, and %d parcels on none", len(streets), nulls)
		}
		for n := range points {
			if n < 5 || n > 20 {
				t.Errorf("%d polygons of %d points", points[n], n)
			}
		}
		if len(points) != 16 {
			t.Errorf("polygons of %d different numbers of points", len(points))
		}
	}
}

// is asks a property for something; null is nothing.
func is(name string, ok func(string) bool) func(parcel) bool {
	return func(p parcel) bool { return p.Properties[name] != nil && ok(*p.Properties[name]) }
}

// no asks a property for anything but something; null is anything else.
func no(name string, ok func(string) bool) func(parcel) bool {
	return func(p parcel) bool { return p.Properties[name] == nil || !ok(*p.Properties[name]) }
}

// with1 binds a test of strings to its second argument.
func with1(f func(s, arg string) bool, arg string) func(string) bool {
	return func(s string) bool { return f(s, arg) }
}

// equal compares strings.
func equal(s, arg string) bool { return s == arg }

// notShape asks for any other shape than polygons.
func notShape(p parcel) bool { return p.Geometry.Type != "Polygon" }

// anyPoint asks for a point, firstPoint for the first to be one.
func anyPoint(ok func(position) bool) func(parcel) bool {
	return func(p parcel) bool {
		for _, at := range p.Geometry.Coordinates {
			if ok(at) {
				return true
			}
		}
		return false
	}
}

// firstPoint asks for the first point to be such.
func firstPoint(ok func(position) bool) func(parcel) bool {
	return func(p parcel) bool { return ok(p.Geometry.FirstCoordinates) }
}

// shaped asks for a shape too.
func shaped(shape string, ok func(parcel) bool) func(parcel) bool {
	return func(p parcel) bool { return p.Geometry.Type == shape && ok(p) }
}

// expectation says which parcels a class's rules match, in the tests' own words, and how many of the original's
// lines event-ruler's benchmark finds.
type expectation struct {
	match    []func(parcel) bool
	original []int
}

// expectations are those of all classes, by name.
func expectations() map[string]expectation {
	all := map[string]expectation{}
	each := func(name string, ask func(string, func(string) bool) func(parcel) bool, field string, f func(s, arg string) bool, args []string, original ...int) {
		var e expectation
		for _, arg := range args {
			e.match = append(e.match, ask(field, with1(f, arg)))
		}
		e.original = original
		all[name] = e
	}
	numbers := []string{"1430022", "2607117", "2607218", "3745012", "VACSTWIL"}
	prefixes, suffixes := []string{"AC", "BL", "DR", "FU", "RH"}, []string{"ON", "KE", "MM", "ING", "GO"}
	each("exact", is, "MAPBLKLOT", equal, numbers, 1, 101, 35, 655, 1)
	for _, name := range []string{"prefix", "prefix ignore-case"} {
		each(name, is, "STREET", strings.HasPrefix, prefixes, 24, 442, 38, 2387, 328)
	}
	for _, name := range []string{"suffix", "suffix ignore-case"} {
		each(name, is, "STREET", strings.HasSuffix, suffixes, 17921, 871, 13, 1963, 682)
	}
	each("equals-ignore-case", is, "STREET", equal, []string{"JEFFERSON", "BEACH", "HYDE", "CHESTNUT"}, 131, 211, 1758, 825, 116386)
	e := all["equals-ignore-case"]
	e.match = append(e.match, is("ST_TYPE", with1(equal, "ST")))
	all["equals-ignore-case"] = e
	each("wildcard", is, "MAPBLKLOT", starred, []string{"143*", "2*0*1*7", "*218", "3*5*2", "VA*IL"}, 490, 713, 43, 2540, 1)
	each("anything-but wildcard", no, "MAPBLKLOT", starred, []string{"143*", "2*0*1*7", "*218", "3*5*2", "VA*IL"}, 212578, 212355, 213025, 210528, 213067)
	but := func(name string, f func(s, arg string) bool, street1, street2, kind, number string, original ...int) {
		all[name] = expectation{[]func(parcel) bool{
			no("STREET", with1(f, street1)), no("STREET", with1(f, street2)), no("ST_TYPE", with1(f, kind)), notShape, no("FROM_ST", with1(f, number)),
		}, original}
	}
	but("anything-but", equal, "FULTON", "MASON", "ST", "441", 211158, 210411, 96682, 120, 210615)
	but("anything-but ignore-case", equal, "FULTON", "MASON", "ST", "441", 211158, 210411, 96682, 120, 210615)
	but("anything-but prefix", strings.HasPrefix, "FULTO", "MASO", "S", "44", 211158, 210118, 96667, 120, 209091)
	but("anything-but suffix", strings.HasSuffix, "ULTON", "ASON", "T", "41", 211136, 210411, 94908, 0, 209055)
	all["anything-but suffix"].match[3] = func(parcel) bool { return false } // both shapes end in "olygon"
	for name, point := range map[string]func(func(position) bool) func(parcel) bool{"numeric": firstPoint, "numeric, read last": firstPoint, "coordinate arrays": anyPoint} {
		e := expectation{[]func(parcel) bool{
			shaped("Polygon", point(func(p position) bool { return p.X == -122.42916360922355 })),
			shaped("MultiPolygon", point(func(p position) bool { return p.Z == 0 })),
			point(func(p position) bool { return p.X < -122.41600944012424 }),
			point(func(p position) bool { return p.X > -122.41600944012424 }),
			point(func(p position) bool { return p.X > -122.46471267081272 && p.X < -122.4063085128395 }),
		}, []int{2, 120, 148948, 64120, 127053}}
		if name == "coordinate arrays" {
			e.match[1] = shaped("MultiPolygon", point(func(p position) bool { return p.Y == 37.729900216217324 }))
			e.original = []int{218, 1, 149446, 64368, 127485}
		}
		all[name] = e
	}
	return all
}

// starred matches a string with stars by trying every split.
func starred(s, stars string) bool {
	head, rest, more := strings.Cut(stars, "*")
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	if !more {
		return s == ""
	}
	for i := range len(s) + 1 {
		if starred(s[i:], rest) {
			return true
		}
	}
	return false
}

func TestClassesMatchWhatTheirRulesSayAboutAsOftenAsInTheOriginal(t *testing.T) {
	wanted := expectations()
	for _, c := range lotClasses() {
		want, ok := wanted[c.name]
		if !ok || len(c.rules) != 5 {
			t.Errorf("%s: nothing is expected of its %d rules", c.name, len(c.rules))
			continue
		}
		var rules []pattern.Rule
		for i, text := range c.rules {
			p, err := pattern.Compile(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: p})
		}
		set, counts := pattern.Build(rules), make([]int, 5)
		city := cities[c.last]()
		for i, line := range city.lines {
			var expected []pattern.RuleID
			for n, match := range want.match {
				if match(city.parcels[i]) {
					expected = append(expected, pattern.RuleID(n))
					counts[n]++
				}
			}
			if _, single := once[i]; i%8 > 0 && !single && i != beginsAsked && i != partsAsked {
				continue // the test need not last
			}
			if ids, err := set.Match(line, nil); err != nil || fmt.Sprint(ids) != fmt.Sprint(expected) {
				t.Fatalf("%s: rules %v (%v) match, not %v: %s", c.name, ids, err, expected, line)
			}
		}
		for n, got := range counts {
			if would := float64(want.original[n]) * testLines / original; would > 5 && (float64(got) < would/2.5 || float64(got) > would*2.5) {
				t.Errorf("%s: rule %d matches %d of %d parcels; in the original it would be %.0f", c.name, n, got, testLines, would)
			}
		}
	}
}

func TestCaseEventsHaveOneSizeAndTheShapeOfTheSchema(t *testing.T) {
	two, three := pairs(300), triples(45)
	for _, f := range append([]family{mix(), two, three}, append(growth, others...)...) {
		for _, n := range []int{0, 1, 999, 89_999} {
			event := f.event(n)
			if len(event) != caseEventSize {
				t.Errorf("%s: the event of %d has %d bytes", f.name, n, len(event))
			}
			eventstest.Check(t, string(event))
		}
	}
}

func TestFamiliesMatchAsManyRulesAsTheySay(t *testing.T) {
	families := append([]family{mix(), pairs(20), triples(7)}, append(growth, others...)...)
	const rules = 400
	for _, f := range families {
		r := f.row("test", rules)
		compiled, _, err := r.compiled(0, rules)
		if err != nil {
			t.Fatal(err)
		}
		set := pattern.Build(compiled)
		for n := range rules {
			want := 1
			if f.hits != nil {
				want = f.hits(n)
			}
			ids, err := set.Match(f.event(n), nil)
			if err != nil || len(ids) != want || ids[len(ids)-1] != pattern.RuleID(n) {
				t.Errorf("%s: the event of %d matches %v (%v), not %d rules, the last of which is its own", f.name, n, ids, err, want)
			}
		}
	}
}

func TestCompoundFamiliesHaveNineTenthsOfTheRulesAndNoRareValue(t *testing.T) {
	families, sizes := compound(100_000)
	if sizes != [2]int{90_000, 91_125} {
		t.Errorf("%v rules", sizes)
	}
	for i, f := range families {
		uses := map[string]int{}
		for n := range sizes[i] {
			for _, s := range strings.Split(f.rule(n), `"`) {
				uses[s]++
			}
		}
		for s, n := range uses {
			if n < 300 {
				t.Errorf("%s: only %d rules name %s", f.name, n, s)
			}
		}
	}
}

func TestHostileEventsMatchOneRule(t *testing.T) {
	for _, h := range hostile() {
		for i, text := range h.rules {
			p, err := pattern.Compile(text)
			if err != nil {
				t.Fatal(err)
			}
			ok, err := p.Match(h.event)
			if one := strings.HasPrefix(h.name, "seven") && i == 6 || !strings.HasPrefix(h.name, "seven") && i == 0; err != nil || ok != one {
				t.Errorf("%s: rule %d: %t, %v", h.name, i, ok, err)
			}
		}
	}
}
