package pattern_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/casestream/casestream/pattern"
)

var (
	writeCases = flag.String("write-cases", "", "a file that random cases are written to, with our verdicts")
	casesCount = flag.Int("cases", 100_000, "how many are written")
	casesSeed  = flag.Uint64("cases-seed", 1, "what they are made from")
)

// TestRandomCasesCanBeComparedElsewhere writes cases for the comparison with another engine.
func TestRandomCasesCanBeComparedElsewhere(t *testing.T) {
	if *writeCases == "" {
		t.Skip("no -write-cases")
	}
	file, err := os.Create(*writeCases)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for i := range *casesCount {
		c := randomCase(rand.New(rand.NewPCG(*casesSeed, uint64(i))))
		v := verdict(c.pattern, c.event)
		line := map[string]string{"pattern": c.pattern, "event": c.event, "expect": v.expect, "message": v.message}
		if err := lines.Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// judged is what becomes of a pattern and an event.
type judged struct{ expect, message string }

// verdict judges as the corpora write it down.
func verdict(source, event string) judged {
	p, err := pattern.Compile(source)
	if err != nil {
		return judged{"invalid", err.Error()}
	}
	matched, err := p.Match([]byte(event))
	switch {
	case err != nil:
		return judged{"error", err.Error()}
	case matched:
		return judged{expect: "match"}
	}
	return judged{expect: "nomatch"}
}

// testCase is a pattern and an event, both as text.
type testCase struct{ pattern, event string }

// generator writes events, and patterns that have to do with the event written last. Its words are few and
// short, so that both verdicts are frequent.
type generator struct {
	*rand.Rand
	runes  []rune // what strings are made of
	leaves []leafAt
}

// leafAt is a scalar at a path; of a string, text is what it says.
type leafAt struct {
	path           []string
	kind           byte // 's', 'n' or 'l': string, number, literal
	text, exponent string
}

// alphabets make strings that are equal but for case, that fold to more than one character, that look like
// escapes, addresses and wildcards.
var alphabets = []string{
	"ab", "ab", "ab", "abAB", "abAB", `a*\`, `ab*`, "a/\n\b", "a\"", "s\u00df\u1e9eS", "kK\u212a", "\u03c3\u03c2\u03a3", "iI\u0130\u0131\u0307",
	"\u01c4\u01c5\u01c6", "\u0149\u02bcNn", "\u0390\u0399\u0308\u0301", "\u1f80\u1f88\u1f00\u1f08\u0399", "\u00e9\u00c9\u5927",
	"\U00010400\U00010428a", "\U0001f600a", ":./1", "\ufb01FIfi", "\u2c6f\u0250\u023a\u2c65",
	"\U000fd83d\U000fde00?", // halves of a pair: see quoted
}

var addresses = []string{
	"10.0.0.1", "10.0.0.2", "010.0.0.001", "10.1.255.255", "10.0.0.255", "255.255.255.255", "0.0.0.0", "192.168.1.9", "256.1.1.1", "1.2.3",
	"1.2.3.4.5", "1..2.3", "10.0.0.0x1", "99999999999.1.1.1", "0000000010.0.0.1", "10.0.0.1 ", "::1", "0:0:0:0:0:0:0:1", "::", "::ffff:a00:1",
	"::ffff:10.0.0.1", "::FFFF:0a00:0001", "fe80::1", "FE80:0::0001", "fe80::f", "1::2::3", ":::", "::1%eth0", "a:b", ":", "12345::", "1:2:3:4:5:6:7:8",
	"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "00001::", "1:2:3:4:5:6:7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::a00:1",
}

var eventNames = []string{"a", "a", "a", "b", "b", "c", "a.b", "b.a", "a-b", "A", "\u00e9", "$or", "prefix", "a\"b"}

// randomCase makes a case.
func randomCase(r *rand.Rand) testCase {
	g := generator{Rand: r, runes: []rune(alphabets[r.IntN(len(alphabets))])}
	event := g.object(1+g.IntN(3), nil)
	source := g.pattern(1 + g.IntN(4))
	if g.IntN(12) == 0 {
		source = g.damaged(source)
	}
	if g.IntN(4) == 0 {
		source = g.spaced(source)
	}
	if g.IntN(8) == 0 {
		event = g.spaced(event)
	}
	return testCase{source, event}
}

// one gives one of the texts.
func (g *generator) one(list ...string) string { return list[g.IntN(len(list))] }

// word makes the text of a string.
func (g *generator) word() string {
	if g.IntN(12) == 0 {
		return addresses[g.IntN(len(addresses))]
	}
	var b strings.Builder
	for range g.IntN(5) {
		b.WriteRune(g.runes[g.IntN(len(g.runes))])
	}
	return b.String()
}

// quoted writes a string, with escapes where they must be and sometimes elsewhere.
func (g *generator) quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		short, hasShort := map[rune]string{'"': `\"`, '\\': `\\`, '/': `\/`, '\n': `\n`, '\b': `\b`, '\t': `\t`}[r]
		switch {
		case hasShort && (r != '/' || g.IntN(2) == 0):
			b.WriteString(short)
		case r >= 0xfd800: // no character has this number; it stands for half a surrogate pair
			fmt.Fprintf(&b, `\u%04x`, r-0xf0000)
		case r < 0x20 || g.IntN(12) == 0:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, g.one(`\u%04x`, `\u%04X`), u)
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// number chooses a number: digits and a power of ten.
func (g *generator) number() leafAt {
	l := leafAt{kind: 'n', text: g.one("0", "1", "1", "2", "3", "10", "25", "300", "-1", "-2", "123456789012", "-0"), exponent: "0"}
	switch g.IntN(10) {
	case 0:
		l.text = g.one("9007199254740993", "9007199254740992", "17976931348623157", "1", "5", "123456789012345678", "12345678901234567", "22250738585072014", "49")
		l.exponent = g.one("0", "0", "1", "292", "400", "-400", "-324", "-325", "22", "23")
	case 1:
		l.exponent = g.one("-1", "-2", "3")
	}
	return l
}

// spelled writes a scalar in one of its spellings.
func (g *generator) spelled(l leafAt) string {
	switch l.kind {
	case 's':
		return g.quoted(l.text)
	case 'l':
		return l.text
	}
	digits, negative := strings.CutPrefix(l.text, "-")
	var exponent int
	fmt.Sscan(l.exponent, &exponent)
	at := len(digits)
	if g.IntN(3) == 0 {
		zeros := g.IntN(4)
		digits, exponent = digits+strings.Repeat("0", zeros), exponent-zeros
		at = g.IntN(len(digits) + 1)
		if digits[0] == '0' {
			at = min(at, 1)
		}
	}
	whole, fraction := digits[:at], digits[at:]
	exponent += len(fraction)
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	switch {
	case exponent == 0 && g.IntN(8) > 0:
		return whole
	case exponent < 0:
		return fmt.Sprintf("%s%s-%s%d", whole, g.one("e", "E"), g.one("", "", "0"), -exponent)
	}
	return fmt.Sprintf("%s%s%s%s%d", whole, g.one("e", "E"), g.one("", "+"), g.one("", "", "0"), exponent)
}

// scalar chooses a scalar.
func (g *generator) scalar() leafAt {
	switch g.IntN(10) {
	case 0:
		return leafAt{kind: 'l', text: g.one("true", "false", "null")}
	case 1, 2, 3:
		return g.number()
	}
	return leafAt{kind: 's', text: g.word()}
}

// fields is how many fields an object of an event gets; the event itself is not empty.
func (g *generator) fields(path []string) int {
	if path == nil {
		return 1 + g.IntN(5)
	}
	return g.IntN(5)
}

// object writes an object of an event.
func (g *generator) object(depth int, path []string) string {
	var fields []string
	for range g.fields(path) {
		name := eventNames[g.IntN(len(eventNames))]
		fields = append(fields, g.quoted(name)+":"+g.value(depth, append(slices.Clone(path), strings.Split(name, ".")...)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// value writes a value of an event.
func (g *generator) value(depth int, path []string) string {
	switch n := g.IntN(6); {
	case depth == 0 || n < 3:
		l := g.scalar()
		l.path = path
		g.leaves = append(g.leaves, l)
		return g.spelled(l)
	case n == 3:
		return g.object(depth-1, path)
	}
	var list []string
	for range g.IntN(5) {
		list = append(list, g.value(depth-1, path))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// constrained is a path with its match list.
type constrained struct {
	path []string
	list string
}

// pattern writes a pattern of n constraints, most of them about leaves of the event.
func (g *generator) pattern(n int) string {
	var cs []constrained
	for range n {
		var c constrained
		hint := g.scalar()
		if len(g.leaves) > 0 && g.IntN(6) > 0 {
			hint = g.leaves[g.IntN(len(g.leaves))]
			c.path = hint.path
		}
		if len(c.path) == 0 || g.IntN(12) == 0 {
			c.path = append(slices.Clone(c.path), eventNames[g.IntN(len(eventNames))])
		}
		c.list = g.list(c.path, hint)
		cs = append(cs, c)
	}
	return g.objectOf(cs, 2)
}

// list writes a match list for a path; hint is one of the values there.
func (g *generator) list(path []string, hint leafAt) string {
	entries := []string{g.matcher(hint)}
	for g.IntN(3) == 0 {
		if l := g.leaves; len(l) > 0 {
			if other := l[g.IntN(len(l))]; slices.Equal(other.path, path) {
				hint = other
			}
		}
		entries = append(entries, g.matcher(hint))
	}
	if g.IntN(40) == 0 {
		entries[g.IntN(len(entries))] = g.one(invalidEntries...)
	}
	return "[" + strings.Join(entries, ",") + "]"
}

// objectOf writes the object of a pattern for constraints, nested or with dots, some of them below $or.
func (g *generator) objectOf(cs []constrained, ors int) string {
	var fields []string
	if ors > 0 && len(cs) > 1 && g.IntN(4) == 0 {
		at := 1 + g.IntN(len(cs)-1)
		var elements []string
		for _, part := range [][]constrained{cs[:at], cs[at:]} {
			elements = append(elements, g.objectOf(part, ors-1))
		}
		cs = cs[:g.IntN(2)]
		if g.IntN(10) == 0 {
			elements = elements[:1]
		}
		if g.IntN(20) == 0 {
			elements = append(elements, g.one(`{}`, `[]`, `1`, `{"a":[1]}`, `{"prefix":["a"]}`, `{"a":{"cidr":[2]}}`, `{"$or":[{"a":[1]},{"b":[2]}]}`))
		}
		fields = append(fields, `"$or":[`+strings.Join(elements, ",")+`]`)
	}
	for len(cs) > 0 {
		first := cs[0].path[0]
		var same, rest []constrained
		for _, c := range cs {
			if c.path[0] == first && (len(same) == 0 || len(c.path) > 1 && len(same[0].path) > 1 && g.IntN(6) > 0) {
				same = append(same, c)
			} else {
				rest = append(rest, c)
			}
		}
		fields, cs = append(fields, g.fieldOf(same, ors)), rest
	}
	g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return "{" + strings.Join(fields, ",") + "}"
}

// fieldOf writes one field of a pattern for constraints whose paths begin alike.
func (g *generator) fieldOf(cs []constrained, ors int) string {
	path := cs[0].path
	if len(cs) == 1 && (len(path) == 1 || g.IntN(3) == 0) {
		value := cs[0].list
		if g.IntN(80) == 0 {
			value = g.one(`1`, `"a"`, `null`, `true`, `{}`, `[]`, `[[1]]`)
		}
		return g.quoted(strings.Join(path, ".")) + ":" + value
	}
	var inner []constrained
	for _, c := range cs {
		inner = append(inner, constrained{c.path[1:], c.list})
	}
	return g.quoted(path[0]) + ":" + g.objectOf(inner, ors)
}

// recased changes the case of some characters.
func (g *generator) recased(s string) string {
	return strings.Map(func(r rune) rune {
		switch g.IntN(5) {
		case 0:
			return unicode.ToUpper(r)
		case 1:
			return unicode.ToLower(r)
		case 2:
			return unicode.SimpleFold(r)
		}
		return r
	}, s)
}
