package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// differ says how an answer differs from what the model says; nil when it does not.
func differ(name string, c call, got answer, want outcome) error {
	if got.message == unheard {
		return nil
	}
	if got.code != want.code {
		return fmt.Errorf("%s: %s %s\n got %s\nwant %s %s", name, c.Op, show(c.In), got.show(), want.code, show(want.out))
	}
	if want.code != "" {
		return nil
	}
	if mayNotCount(c, want.out) && !has(got.out, "totalCount") {
		want.out = clone(want.out)
		delete(want.out, "totalCount")
	}
	if g, w := comparable("", got.out), comparable("", want.out); !reflect.DeepEqual(g, w) {
		return fmt.Errorf("%s: %s %s differs in %s\n got %s\nwant %s", name, c.Op, show(c.In), difference("", g, w), show(g), show(w))
	}
	return nil
}

// mayNotCount says whether an answer may be without the number of cases that were found: where there is a filter and
// more than one page.
func mayNotCount(c call, out object) bool {
	found, _ := out["totalCount"].(float64)
	size, ok := c.In["maxResults"].(float64)
	if !ok {
		size = 25
	}
	return has(c.In, "filter") && found > size
}

// comparable leaves out what no model knows, and sorts what has no order.
func comparable(member string, v any) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for k, x := range v {
			if k == "message" && has(v, "errorCode") {
				continue
			}
			out[k] = comparable(k, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = comparable("", x)
		}
		unordered := member == "changedFieldIds" || len(out) > 0 && has(asObject(out[0]), "eventFieldId")
		if unordered {
			slices.SortFunc(out, func(a, b any) int { return strings.Compare(show(a), show(b)) })
		}
		return out
	}
	return v
}

// asObject gives an object, or none.
func asObject(v any) object {
	o, _ := v.(object)
	return o
}

// difference gives the first place where two values differ.
func difference(path string, a, b any) string {
	switch x := a.(type) {
	case object:
		y, ok := b.(object)
		if !ok {
			return path
		}
		for _, k := range slices.Compact(slices.Sorted(slices.Values(append(sorted(x), sorted(y)...)))) {
			if !reflect.DeepEqual(x[k], y[k]) || has(x, k) != has(y, k) {
				return difference(path+"."+k, x[k], y[k])
			}
		}
	case []any:
		y, _ := b.([]any)
		for i := range min(len(x), len(y)) {
			if !reflect.DeepEqual(x[i], y[i]) {
				return difference(fmt.Sprintf("%s[%d]", path, i), x[i], y[i])
			}
		}
		return fmt.Sprintf("%s: %d elements, not %d", path, len(x), len(y))
	}
	return fmt.Sprintf("%s: got %s, want %s", path, show(a), show(b))
}

// differEvents says how the events in a queue differ from those that must be there; nil when they do not.
func differEvents(name string, got, want []object) error {
	for n := range max(len(got), len(want)) {
		switch {
		case n >= len(got):
			return fmt.Errorf("%s: lost: there is no event %s", name, show(want[n]))
		case n >= len(want):
			return fmt.Errorf("%s: phantom: there is an event %s", name, show(got[n]))
		}
		if g, w := comparable("", got[n]), comparable("", want[n]); !reflect.DeepEqual(g, w) {
			return fmt.Errorf("%s: event %d of %d, where %d must be, differs in %s\n got %s\nwant %s",
				name, n+1, len(got), len(want), difference("", g, w), show(g), show(w))
		}
	}
	return nil
}
