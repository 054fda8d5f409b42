package main

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// emitShapes writes the structs and the values of the enums.
func emitShapes(w *writer) {
	for _, s := range w.structures {
		w.f("// %s %s\ntype %s struct {\n", s.name, s.doc(), s.name)
		for _, f := range s.fields {
			w.f("%s %s", f.goName, w.fieldType(f))
			if f.target.Sensitive {
				w.f(" `wire:\"sensitive\"`")
			}
			if f.required {
				w.f(" // required")
			}
			w.f("\n")
		}
		w.f("}\n\n")
	}
	emitEnums(w)
}

// doc says where a struct travels; AWS's own words stay with AWS.
func (s *structure) doc() string {
	switch {
	case s.input:
		return "is what " + s.op + " reads."
	case s.output:
		return "is what " + s.op + " answers."
	case s.shape.Union && s.decode:
		return "has exactly one of its members set."
	case s.decode && s.encode:
		return "travels in requests and in answers."
	case s.decode:
		return "travels in requests."
	}
	return "travels in answers."
}

// fieldType gives the Go type of a field.
func (p *plan) fieldType(f *field) string {
	if f.pointer {
		return "*" + p.goType(f.Shape)
	}
	return p.goType(f.Shape)
}

// emitEnums writes the values of the enums that the wanted operations use.
func emitEnums(w *writer) {
	used := map[string]bool{}
	for _, s := range w.structures {
		for _, f := range s.fields {
			w.reach(f.Shape, used)
		}
	}
	taken := map[string]bool{}
	for _, s := range w.structures {
		taken[s.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		sh := w.model.Shapes[name]
		if len(sh.Enum) == 0 {
			continue
		}
		w.f("// The values of %s.\nconst (\n", name)
		for _, v := range sh.Enum {
			constant := upperFirst(name) + words(v)
			if taken[constant] {
				w.fail("two declarations are called %s", constant)
			}
			taken[constant] = true
			w.f("%s = %q\n", constant, v)
		}
		w.f(")\n\n")
	}
}

// words turns an enum value into a part of a Go name: CASES_DOMAIN into CasesDomain.
func words(v string) string {
	var b strings.Builder
	parts := strings.FieldsFunc(v, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, part := range parts {
		if part == strings.ToUpper(part) {
			part = strings.ToLower(part)
		}
		b.WriteString(upperFirst(part))
	}
	return b.String()
}
