package main

import "fmt"

// emitDecoders writes DecodeJSON, and BindHTTP for inputs with labels or a query string.
func emitDecoders(w *writer) {
	for _, s := range w.structures {
		if !s.decode {
			continue
		}
		if bound := s.boundFields(); len(bound) > 0 {
			emitBinder(w, s, bound)
		}
		w.f("// DecodeJSON reads the members of the body and checks all of them.\n")
		w.f("func (s *%s) DecodeJSON(d *wire.Decoder) {\n", s.name)
		if s.usesSeen() {
			if len(s.boundFields()) > 0 {
				w.f("seen := d.Bound()\n")
			} else {
				w.f("var seen uint64\n")
			}
		}
		w.f("for d.Object(); d.Next(); {\n")
		emitCases(w, s)
		w.f("}\n")
		emitTokens(w, s)
		if s.checked(w.plan) {
			w.f("s.check(&d.Check%s)\n", seenArg(s))
		}
		w.f("}\n\n")
	}
}

// usesSeen says whether the presence of any member is noted.
func (s *structure) usesSeen() bool {
	for _, f := range s.fields {
		if f.bit >= 0 {
			return true
		}
	}
	return false
}

// seenArg is the argument of check that carries what was seen.
func seenArg(s *structure) string {
	if s.usesSeen() {
		return ", seen"
	}
	return ""
}

// emitCases writes the switch over the members of the body.
func emitCases(w *writer, s *structure) {
	inBody := 0
	for _, f := range s.fields {
		if f.Location == "" {
			inBody++
		}
	}
	if inBody == 0 {
		w.f("d.Skip()\n")
		return
	}
	w.f("switch string(d.Key()) {\n")
	for _, f := range s.fields {
		if f.Location != "" {
			continue
		}
		w.f("case %q:\n", f.key)
		emitRead(w, f)
		if f.bit >= 0 {
			w.f("seen |= 1 << %d\n", f.bit)
		}
	}
	w.f("default:\nd.Skip()\n}\n")
}

// emitRead writes the assignment that reads one member.
func emitRead(w *writer, f *field) {
	switch f.target.Type {
	case "structure":
		w.f("d.At(%d, %q)\n", f.order, f.path)
		if f.pointer {
			w.f("s.%s = new(%s)\n", f.goName, w.goType(f.Shape))
		} else {
			w.f("s.%s = %s{}\n", f.goName, w.goType(f.Shape))
		}
		w.f("s.%s.DecodeJSON(d)\n", f.goName)
	case "list", "map":
		w.f("d.At(%d, %q)\n", f.order, f.path)
		w.f("s.%s = %s\n", f.goName, w.readExpr(&f.ref))
	default:
		if f.pointer {
			w.f("s.%s = wire.Ptr(%s)\n", f.goName, w.readExpr(&f.ref))
		} else {
			w.f("s.%s = %s\n", f.goName, w.readExpr(&f.ref))
		}
	}
}

// readExpr gives the expression that reads a value that is no structure.
func (p *plan) readExpr(r *ref) string {
	sh := p.model.Shapes[r.Shape]
	inner, kind := sh.Member, "List"
	switch sh.Type {
	case "list":
	case "map":
		inner, kind = sh.Value, "Map"
	case "timestamp":
		return "d.Time(" + p.timeFormat(r, sh) + ")"
	default:
		return "d." + scalars[sh.Type].read + "()"
	}
	if !sh.Sparse && p.model.Shapes[inner.Shape].Type == "string" {
		if kind == "List" {
			return "d.Strings()"
		}
		return "d.StringMap()"
	}
	if sh.Sparse {
		kind = "Sparse" + kind
	}
	return fmt.Sprintf("wire.Decode%s(d, %s)", kind, p.readFunc(inner))
}

// readFunc gives the function that reads an element.
func (p *plan) readFunc(r *ref) string {
	if p.model.Shapes[r.Shape].Type == "structure" {
		return "(*" + p.goType(r.Shape) + ").DecodeJSON"
	}
	return fmt.Sprintf("func(v *%s, d *wire.Decoder) { *v = %s }", p.goType(r.Shape), p.readExpr(r))
}

// emitTokens fills in the idempotency tokens that are absent.
func emitTokens(w *writer, s *structure) {
	for _, f := range s.fields {
		switch {
		case !f.IdempotencyToken:
		case f.pointer:
			w.f("if s.%s == nil {\ns.%s = wire.Ptr(wire.FreshToken())\n}\n", f.goName, f.goName)
		default:
			w.f("if s.%s == \"\" {\ns.%s = wire.FreshToken()\n", f.goName, f.goName)
			if f.bit >= 0 {
				w.f("seen |= 1 << %d\n", f.bit)
			}
			w.f("}\n")
		}
	}
}

// emitBinder writes BindHTTP.
func emitBinder(w *writer, s *structure, bound []*field) {
	w.f("// BindHTTP reads the members that the path and the query string carry.\n")
	w.f("func (s *%s) BindHTTP(b *wire.Binder) (seen uint64) {\n", s.name)
	for _, f := range bound {
		if f.Location == "uri" {
			emitLabel(w, f)
			continue
		}
		sc, ok := scalars[f.target.Type]
		method := "Query" + sc.read
		if f.target.Type == "string" {
			method = "Query"
		}
		switch {
		case f.target.Type == "list" && w.model.Shapes[f.target.Member.Shape].Type == "string":
			w.f("s.%s = b.QueryList(%q)\n", f.goName, f.key)
			if f.bit >= 0 {
				w.f("if s.%s != nil {\nseen |= 1 << %d\n}\n", f.goName, f.bit)
			}
		case !ok || f.target.Type == "timestamp" || f.target.Type == "blob":
			w.fail("%s.%s: a %s in the query string is not supported yet", s.name, f.name, f.target.Type)
		case f.pointer:
			w.f("s.%s = b.%s(%q)\n", f.goName, method, f.key)
		default:
			w.f("if v := b.%s(%q); v != nil {\ns.%s = *v\n", method, f.key, f.goName)
			if f.bit >= 0 {
				w.f("seen |= 1 << %d\n", f.bit)
			}
			w.f("}\n")
		}
	}
	w.f("return seen\n}\n\n")
}

// emitLabel binds a path label, which is always there.
func emitLabel(w *writer, f *field) {
	if f.pointer {
		w.f("s.%s = wire.Ptr(b.Label(%q))\n", f.goName, f.key)
		return
	}
	w.f("s.%s = b.Label(%q)\n", f.goName, f.key)
	if f.bit >= 0 {
		w.f("seen |= 1 << %d\n", f.bit)
	}
}
