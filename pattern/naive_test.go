package pattern_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The naive matcher is the language by definition: try every choice of leaves. It knows no wildcards and
// folds ASCII only; patterns that need more are not its affair (ok is false).

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

// expandNaive gives the alternatives of a pattern that is known to be valid.
func expandNaive(path string, v []field, before [][]naiveConstraint) [][]naiveConstraint {
	for _, f := range v {
		switch list := f.value.(type) {
		case []field:
			before = expandNaive(path+"."+f.name, list, before)
		case []any:
			var after [][]naiveConstraint
			for _, b := range before {
				if f.name != "$or" {
					b = slices.DeleteFunc(slices.Clone(b), func(c naiveConstraint) bool { return c.path == path+"."+f.name })
					after = append(after, append(b, naiveConstraint{path + "." + f.name, list}))
					continue
				}
				for _, alternative := range list {
					object, ok := alternative.([]field)
					if !ok {
						return nil
					}
					after = append(after, expandNaive(path, object, [][]naiveConstraint{slices.Clone(b)})...)
				}
			}
			before = after
		}
	}
	return before
}

// naiveMatch matches; it is not ok when the pattern is beyond it or there is too much to try.
func naiveMatch(pattern, event string) (matched, ok bool) {
	p, ok1 := parseNaive(pattern)
	e, ok2 := parseNaive(event)
	root, ok3 := p.([]field)
	if !ok1 || !ok2 || !ok3 || strings.Contains(pattern, "wildcard") || !ascii(pattern) {
		return false, false
	}
	var leaves []naiveLeaf
	flattenNaive("", "", e, nil, &leaves)
	budget := 100_000
	for _, alternative := range expandNaive("", root, [][]naiveConstraint{nil}) {
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

// takesNaive judges one entry of a match list.
func takesNaive(entry, v any) bool {
	o, isOperator := entry.([]field)
	if !isOperator {
		return equalNaive(entry, v) || sameAddress(entry, v)
	}
	s, isString := v.(string)
	operand := o[0].value
	if inner, ok := operand.([]field); ok && o[0].name != "anything-but" {
		s, operand = strings.ToLower(s), strings.ToLower(inner[0].value.(string))
	}
	switch text, _ := operand.(string); o[0].name {
	case "exactly":
		return equalNaive(operand, v) || sameAddress(operand, v)
	case "prefix":
		return isString && strings.HasPrefix(s, text)
	case "suffix":
		return isString && strings.HasSuffix(s, text)
	case "equals-ignore-case":
		return isString && strings.EqualFold(s, text) && ascii(s)
	case "exists":
		return operand == true
	case "cidr":
		block, err := netip.ParsePrefix(text)
		addr, ok := addressNaive(v)
		return err == nil && ok && block.Masked().Contains(addr)
	case "numeric":
		return inRangeNaive(operand.([]any), v)
	case "anything-but":
		op, list := "", operand
		if inner, ok := operand.([]field); ok {
			op, list = inner[0].name, inner[0].value
		}
		if _, ok := list.([]any); !ok {
			list = []any{list}
		}
		return !slices.ContainsFunc(list.([]any), func(x any) bool {
			if op != "" {
				return takesNaive([]field{{op, x}}, v)
			}
			return equalNaive(x, v)
		})
	}
	return false
}

// equalNaive compares scalars.
func equalNaive(a, b any) bool {
	x, ok1 := a.(json.Number)
	y, ok2 := b.(json.Number)
	if !ok1 || !ok2 {
		return a == b
	}
	f, exact1 := doubleNaive(x)
	g, exact2 := doubleNaive(y)
	if exact1 && exact2 {
		return f == g
	}
	return x == y
}

// doubleNaive converts a number whose value is that of its double's shortest decimal.
func doubleNaive(n json.Number) (float64, bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || len(n) > 60 {
		return 0, false
	}
	a, ok1 := new(big.Rat).SetString(string(n))
	b, ok2 := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', -1, 64))
	return f, ok1 && ok2 && a.Cmp(b) == 0
}

func inRangeNaive(terms []any, v any) bool {
	n, ok := v.(json.Number)
	f, exact := 0.0, false
	if ok {
		f, exact = doubleNaive(n)
	}
	if !exact {
		return false
	}
	for i := 0; i < len(terms); i += 2 {
		limit, _ := doubleNaive(terms[i+1].(json.Number))
		held := map[any]bool{"=": f == limit, "<": f < limit, "<=": f <= limit, ">": f > limit, ">=": f >= limit}
		if !held[terms[i]] {
			return false
		}
	}
	return true
}

// addressNaive reads an address; leading zeros of octets do not count.
func addressNaive(v any) (netip.Addr, bool) {
	s, _ := v.(string)
	parts := strings.Split(s, ".")
	if len(parts) == 4 && len(s) <= 15 {
		for i, p := range parts {
			if parts[i] = strings.TrimLeft(p, "0"); parts[i] == "" && p != "" {
				parts[i] = "0"
			}
		}
		s = strings.Join(parts, ".")
	} else if len(parts) > 1 || strings.Contains(s, "%") {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil
}

func sameAddress(a, b any) bool {
	x, ok1 := addressNaive(a)
	y, ok2 := addressNaive(b)
	return ok1 && ok2 && x == y
}

func ascii(s string) bool {
	return bytes.IndexFunc([]byte(s), func(r rune) bool { return r > 126 }) < 0 && !strings.Contains(s, `\u`)
}
