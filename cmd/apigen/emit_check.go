package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/casestream/casestream/wire"
)

// emitChecks writes the check methods and the rules that they apply.
func emitChecks(w *writer) {
	rules := map[string]bool{}
	for _, s := range w.structures {
		if !s.decode || !s.checked(w.plan) {
			continue
		}
		param := ""
		if s.usesSeen() {
			param = ", seen uint64"
		}
		w.f("// check finds what is wrong with the members.\n")
		w.f("func (s *%s) check(c *wire.Check%s) {\n", s.name, param)
		if s.shape.Union {
			var names []string
			for _, f := range s.fields {
				names = append(names, f.path)
			}
			w.f("c.Union(seen, %q)\n", strings.Join(names, ", "))
		}
		for _, f := range s.fields {
			emitFieldCheck(w, s, f, rules)
		}
		w.f("}\n\n")
	}
	emitRules(w, rules)
}

// checked says whether a structure has anything to check.
func (s *structure) checked(p *plan) bool {
	if s.usesSeen() {
		return true
	}
	probe := &writer{plan: p}
	for _, f := range s.fields {
		emitFieldCheck(probe, s, f, map[string]bool{})
	}
	return probe.body.Len() > 0
}

// constrained says whether the model demands anything of a string or a number.
func (p *plan) constrained(sh *shape) bool {
	switch sh.Type {
	case "string":
		return sh.Min != nil && *sh.Min > 0 || sh.Max != nil || sh.Pattern != "" || len(sh.Enum) > 0 && !p.noEnums
	case "integer", "long", "short", "float", "double":
		return sh.Min != nil || sh.Max != nil
	}
	return false
}

// emitFieldCheck writes the checks of one member.
func emitFieldCheck(w *writer, s *structure, f *field, rules map[string]bool) {
	value := "s." + f.goName
	if f.pointer && f.target.Type != "structure" {
		value = "*" + value
	}
	deep := &writer{plan: w.plan}
	emitConstraints(deep, checkedValue{f.Shape, f.order, fmt.Sprintf("%q", f.path), value}, rules)
	if deep.err != nil {
		w.fail("%s.%s: %w", s.name, f.name, deep.err)
	}
	constraints := deep.body.String()
	switch {
	case f.bit >= 0 && !s.shape.Union:
		w.f("if seen&(1<<%d) == 0 {\nc.Missing(%d, %q)\n}", f.bit, f.order, f.path)
		if constraints != "" {
			w.f(" else {\n%s}", constraints)
		}
		w.f("\n")
	case constraints == "":
	case f.required:
		w.f("%s", constraints)
	default:
		w.f("if s.%s != nil {\n%s}\n", f.goName, constraints)
	}
}

// checkedValue is a value that is present, at a member or below it.
type checkedValue struct {
	shape string
	order int
	path  string // Go text of its path
	value string // Go text of the value itself
}

// emitConstraints writes the checks of a value. Structures check themselves when they are read.
func emitConstraints(w *writer, v checkedValue, rules map[string]bool) {
	sh := w.model.Shapes[v.shape]
	switch sh.Type {
	case "list", "map", "blob":
		emitSize(w, v, sh, rules)
		emitElements(w, v, sh, rules)
	case "string":
		if w.constrained(sh) {
			rules[v.shape] = true
			w.f("c.String(%d, %s, %s, &%s)\n", v.order, v.path, v.value, ruleName(v.shape))
		}
	default:
		if w.constrained(sh) {
			rules[v.shape] = true
			w.f("wire.CheckRange(c, %d, %s, %s, %s)\n", v.order, v.path, v.value, ruleName(v.shape))
		}
	}
}

// emitSize writes the check of a length.
func emitSize(w *writer, v checkedValue, sh *shape, rules map[string]bool) {
	var conds []string
	if sh.Min != nil && *sh.Min > 0 {
		conds = append(conds, fmt.Sprintf("n < %d", int64(*sh.Min)))
	}
	if sh.Max != nil {
		conds = append(conds, fmt.Sprintf("n > %d", int64(*sh.Max)))
	}
	if conds == nil {
		return
	}
	rules[v.shape] = true
	w.f("if n := len(%s); %s {\nc.Size(%d, %s, n, %s, &%s)\n}\n",
		v.value, strings.Join(conds, " || "), v.order, v.path, v.value, ruleName(v.shape))
}

// emitElements writes the checks of a list's elements or a map's keys and values.
func emitElements(w *writer, v checkedValue, sh *shape, rules map[string]bool) {
	inner, method := sh.Member, "Strings"
	if sh.Type == "map" {
		inner, method = sh.Value, "Values"
		if w.constrained(w.model.Shapes[sh.Key.Shape]) {
			rules[sh.Key.Shape] = true
			w.f("wire.CheckKeys(c, %d, %s, %s, &%s)\n", v.order, v.path, v.value, ruleName(sh.Key.Shape))
		}
	}
	if inner == nil {
		return
	}
	target := w.model.Shapes[inner.Shape]
	if target.Type == "string" && w.constrained(target) && (!sh.Sparse || sh.Type == "map") {
		if sh.Sparse {
			method = "Sparse" + method
		}
		rules[inner.Shape] = true
		w.f("c.%s(%d, %s, %s, &%s)\n", method, v.order, v.path, v.value, ruleName(inner.Shape))
		return
	}
	deep := &writer{plan: w.plan}
	emitConstraints(deep, checkedValue{inner.Shape, v.order, "path", "v"}, rules)
	if deep.body.Len() == 0 {
		return
	}
	if sh.Sparse || sh.Type == "map" {
		w.fail("constraints on a %s of %ss are not supported yet", sh.Type, target.Type)
		return
	}
	w.f("for i, v := range %s {\npath := wire.ElementPath(%s, i)\n%s}\n", v.value, v.path, deep.body.String())
}

// emitRules writes the rules that the checks use.
func emitRules(w *writer, used map[string]bool) {
	if len(used) == 0 {
		return
	}
	w.f("// What the model demands of its simple shapes, lists and maps.\nvar (\n")
	for _, name := range slices.Sorted(maps.Keys(used)) {
		sh := w.model.Shapes[name]
		switch sh.Type {
		case "string":
			w.f("%s = wire.StringRule{%s}\n", ruleName(name), w.stringRule(name, sh))
		case "list", "map", "blob":
			w.f("%s = wire.SizeRule{%s}\n", ruleName(name), sizes(sh))
		default:
			w.f("%s = wire.RangeRule[%s]{%s}\n", ruleName(name), scalars[sh.Type].goType, ranges(sh))
		}
	}
	w.f(")\n")
}

// sizes gives the fields that lengths have in common.
func sizes(sh *shape) string {
	var parts []string
	if sh.Min != nil && *sh.Min > 0 {
		parts = append(parts, fmt.Sprintf("Min: %d", int64(*sh.Min)))
	}
	if sh.Max != nil {
		parts = append(parts, fmt.Sprintf("Max: %d", int64(*sh.Max)))
	}
	if sh.Sensitive {
		parts = append(parts, "Sensitive: true")
	}
	return strings.Join(parts, ", ")
}

// stringRule gives the fields of a StringRule, and refuses a pattern that wire cannot match.
func (w *writer) stringRule(name string, sh *shape) string {
	out := sizes(sh)
	add := func(s string) {
		if out != "" {
			out += ", "
		}
		out += s
	}
	if sh.Pattern != "" {
		if err := (&wire.Pattern{Source: sh.Pattern}).Compile(); err != nil {
			w.fail("pattern %q: %w", sh.Pattern, err)
		}
		add(fmt.Sprintf("Pattern: &wire.Pattern{Source: %s}", strconv.Quote(sh.Pattern)))
	}
	if len(sh.Enum) > 0 && !w.noEnums {
		values := sh.Enum
		if known, ok := w.enumOrders[name]; ok {
			if !slices.Equal(slices.Sorted(slices.Values(known)), slices.Sorted(slices.Values(values))) {
				w.fail("enum %s has other values than its order: %v", name, values)
			}
			values = known
		}
		add(fmt.Sprintf("Enum: %#v", values))
		if w.anyCase[name] {
			add("AnyCase: true")
		}
	}
	return out
}

// ranges gives the fields of a RangeRule; an end that the model leaves open is the type's own.
func ranges(sh *shape) string {
	low, high := "math.MinInt64", "math.MaxInt64"
	switch sh.Type {
	case "integer", "short":
		low, high = "math.MinInt32", "math.MaxInt32"
	case "float", "double":
		low, high = "-math.MaxFloat64", "math.MaxFloat64"
	}
	if sh.Min != nil {
		low = strconv.FormatFloat(*sh.Min, 'f', -1, 64)
	}
	if sh.Max != nil {
		high = strconv.FormatFloat(*sh.Max, 'f', -1, 64)
	}
	return "Min: " + low + ", Max: " + high
}

// ruleName gives the variable that holds a shape's rule.
func ruleName(shape string) string { return "rule" + upperFirst(shape) }
