package pattern_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The naive matcher is the language by definition: try every choice of leaves, every reading of a folded
// character, every length of a star. It shares no code with the engine.

type naiveLeaf struct {
	path    string
	value   any            // string, json.Number, bool, nil
	binding map[string]int // array (its place in the event) -> index
}

type naiveConstraint struct {
	path    string
	entries []any
}

// field is a member of an object; a slice of them keeps order and duplicates, which maps lose.
type field struct {
	name  string
	value any
}

// readJSON reads a value with objects as []field.
func readJSON(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		obj := []field{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := readJSON(d)
			if err != nil {
				return nil, err
			}
			obj = append(obj, field{name.(string), v})
		}
		_, err = d.Token()
		return obj, err
	case json.Delim('['):
		arr := []any{}
		for d.More() {
			v, err := readJSON(d)
			if err != nil {
				return nil, err
			}
			arr = append(arr, v)
		}
		_, err = d.Token()
		return arr, err
	}
	return t, nil
}

func parseNaive(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := readJSON(d)
	return v, err == nil && !d.More()
}

// withoutHalves replaces escapes that are half a surrogate pair by characters that nobody uses: the decoder
// would make them all the same.
func withoutHalves(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		n, unit := escapeNaive(text[i:])
		second, next := 0, 0
		if i+n <= len(text) {
			second, next = escapeNaive(text[i+n:])
		}
		switch {
		case n == 6 && unit >= 0xd800 && unit < 0xdc00 && second == 6 && next >= 0xdc00 && next < 0xe000:
			b.WriteString(text[i : i+12])
			n = 12
		case n == 6 && unit >= 0xd800 && unit < 0xe000:
			b.WriteRune(rune(0xf0000 + unit))
		default:
			b.WriteString(text[i : i+n])
		}
		i += n - 1
	}
	return b.String()
}

// escapeNaive gives the length of what text begins with, an escape or a byte, and the unit that it stands for.
func escapeNaive(text string) (length, unit int) {
	switch {
	case len(text) >= 6 && text[:2] == `\u`:
		if n, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
			return 6, int(n)
		}
	case len(text) >= 2 && text[0] == '\\':
		return 2, 0
	}
	return min(1, len(text)), 0
}

// flattenNaive lists the leaves below v.
func flattenNaive(path, place string, v any, binding map[string]int, leaves *[]naiveLeaf) {
	switch v := v.(type) {
	case []field:
		for i, f := range v {
			flattenNaive(path+"."+f.name, place+"/"+strconv.Itoa(i), f.value, binding, leaves)
		}
	case []any:
		for i, e := range v {
			switch e.(type) {
			case []field, []any:
				inner := map[string]int{place: i}
				for k, n := range binding {
					inner[k] = n
				}
				flattenNaive(path, place+"/"+strconv.Itoa(i), e, inner, leaves)
			default:
				flattenNaive(path, place, e, binding, leaves)
			}
		}
	default:
		*leaves = append(*leaves, naiveLeaf{path, v, binding})
	}
}

// expandNaive gives the alternatives of a pattern that is known to be valid; in plain ones $or is a field.
func expandNaive(path string, v []field, before [][]naiveConstraint, plain bool) [][]naiveConstraint {
	for _, f := range v {
		switch list := f.value.(type) {
		case []field:
			before = expandNaive(path+"."+f.name, list, before, plain)
		case []any:
			var after [][]naiveConstraint
			for _, b := range before {
				if f.name != "$or" || plain {
					b = slices.DeleteFunc(slices.Clone(b), func(c naiveConstraint) bool { return c.path == path+"."+f.name })
					after = append(after, append(b, naiveConstraint{path + "." + f.name, list}))
					continue
				}
				for _, alternative := range list {
					after = append(after, expandNaive(path, alternative.([]field), [][]naiveConstraint{slices.Clone(b)}, plain)...)
				}
			}
			before = after
		}
	}
	return before
}

// plainNaive tells whether some $or of the pattern cannot be read as alternatives.
func plainNaive(v []field, inside bool) bool {
	for _, f := range v {
		object, isObject := f.value.([]field)
		list, isList := f.value.([]any)
		switch {
		case f.name != "$or":
			if inside && reservedNaive[f.name] || isObject && plainNaive(object, inside) {
				return true
			}
		case !isList || len(list) < 2:
			return true
		default:
			for _, e := range list {
				if object, ok := e.([]field); !ok || plainNaive(object, true) {
					return true
				}
			}
		}
	}
	return false
}

// reservedNaive are the names that are no fields inside $or.
var reservedNaive = map[string]bool{
	"exactly": true, "equals-ignore-case": true, "prefix": true, "suffix": true, "anything-but": true, "exists": true, "wildcard": true,
	"numeric": true, "cidr": true, "=": true, "<": true, "<=": true, ">": true, ">=": true, "regex": true, "not-wildcard": true,
	"not-equals-ignore-case": true, "date-after": true, "date-on-or-after": true, "date-before": true, "date-on-or-before": true,
	"in-date-range": true, "ip-address-in-range": true, "ip-address-not-in-range": true,
}

// naiveMatch matches a pattern that is known to be valid. It is not ok when there is too much to try.
func naiveMatch(pattern, event string) (matched, ok bool) {
	if !utf8.ValidString(pattern) || !utf8.ValidString(event) {
		return false, false
	}
	p, ok1 := parseNaive(withoutHalves(pattern))
	e, ok2 := parseNaive(withoutHalves(event))
	root, ok3 := p.([]field)
	if !ok1 || !ok2 || !ok3 {
		return false, false
	}
	var leaves []naiveLeaf
	flattenNaive("", "", e, nil, &leaves)
	budget := 100_000
	for _, alternative := range expandNaive("", root, [][]naiveConstraint{nil}, plainNaive(root, false)) {
		slices.SortFunc(alternative, func(a, b naiveConstraint) int { return strings.Compare(a.path, b.path) })
		if searchNaive(alternative, leaves, map[string]int{}, &budget) {
			return true, budget > 0
		}
	}
	return false, budget > 0
}

// searchNaive tries every leaf for the first constraint and goes on with the rest.
func searchNaive(cs []naiveConstraint, leaves []naiveLeaf, bound map[string]int, budget *int) bool {
	if *budget--; len(cs) == 0 || *budget < 0 {
		return true
	}
	absent := slices.ContainsFunc(cs[0].entries, func(e any) bool {
		o, ok := e.([]field)
		return ok && o[0].name == "exists" && o[0].value == false
	})
	for _, l := range leaves {
		if l.path != cs[0].path {
			continue
		}
		next, consistent := map[string]int{}, true
		for k, n := range bound {
			next[k] = n
		}
		for k, n := range l.binding {
			if m, ok := bound[k]; ok && m != n {
				consistent = false
			}
			next[k] = n
		}
		if !consistent {
			continue
		}
		absent = false
		if slices.ContainsFunc(cs[0].entries, func(e any) bool { return takesNaive(e, l.value) }) &&
			searchNaive(cs[1:], leaves, next, budget) {
			return true
		}
	}
	return absent && searchNaive(cs[1:], leaves, bound, budget)
}
