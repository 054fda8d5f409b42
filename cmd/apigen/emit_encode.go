package main

import "fmt"

// emitEncoders writes EncodeJSON.
func emitEncoders(w *writer) {
	for _, s := range w.structures {
		if !s.encode {
			continue
		}
		w.f("// EncodeJSON writes the members that are set.\n")
		w.f("func (s *%s) EncodeJSON(e *wire.Encoder) {\ne.Open()\n", s.name)
		for _, f := range s.fields {
			emitWrite(w, f)
		}
		w.f("e.Close()\n}\n\n")
	}
}

// emitWrite writes one member.
func emitWrite(w *writer, f *field) {
	value := "s." + f.goName
	container := f.target.Type == "list" || f.target.Type == "map"
	condition := ""
	switch {
	case container && f.required && w.omitEmpty:
		condition = "len(" + value + ") > 0"
	case f.pointer, !f.required && (container || f.target.Type == "blob"):
		condition = value + " != nil"
	}
	if condition != "" {
		w.f("if %s {\n", condition)
		defer w.f("}\n")
	}
	if f.pointer && f.target.Type != "structure" {
		value = "*" + value
	}
	w.f("e.Key(`%q:`)\n%s\n", f.key, w.writeStmt(&f.ref, value))
}

// writeStmt gives the statement that writes a value.
func (p *plan) writeStmt(r *ref, value string) string {
	sh := p.model.Shapes[r.Shape]
	inner, kind := sh.Member, "List"
	switch sh.Type {
	case "structure":
		return value + ".EncodeJSON(e)"
	case "timestamp":
		return "e.Time(" + value + ", " + p.timeFormat(r, sh) + ")"
	case "list":
	case "map":
		inner, kind = sh.Value, "Map"
	default:
		return "e." + p.scalarCall(sh, value)
	}
	if !sh.Sparse && p.model.Shapes[inner.Shape].Type == "string" {
		if kind == "List" {
			return "e.Strings(" + value + ")"
		}
		return "e.StringMap(" + value + ")"
	}
	if sh.Sparse {
		kind = "Sparse" + kind
	}
	return fmt.Sprintf("wire.Encode%s(e, %s, %s)", kind, value, p.writeFunc(inner))
}

// scalarCall gives the method call that writes a simple value.
func (p *plan) scalarCall(sh *shape, value string) string {
	sc := scalars[sh.Type]
	if sc.convert != "" {
		value = sc.convert + "(" + value + ")"
	}
	return sc.write + "(" + value + ")"
}

// writeFunc gives the function that writes an element.
func (p *plan) writeFunc(r *ref) string {
	if p.model.Shapes[r.Shape].Type == "structure" {
		return "(*" + p.goType(r.Shape) + ").EncodeJSON"
	}
	return fmt.Sprintf("func(v *%s, e *wire.Encoder) { %s }", p.goType(r.Shape), p.writeStmt(r, "*v"))
}
