package main

import "fmt"

// emitQuery writes awsQuery's side: DecodeQuery and EncodeXML.
func emitQuery(w *writer) {
	if !w.query {
		return
	}
	for _, s := range w.structures {
		if s.decode {
			emitQueryDecoder(w, s)
		}
		if s.encode {
			w.f("// EncodeXML writes the members that are set.\n")
			w.f("func (s *%s) EncodeXML(x *wire.XML) {\n", s.name)
			for _, f := range s.fields {
				emitXML(w, f)
			}
			w.f("}\n\n")
		}
	}
}

// emitQueryDecoder writes DecodeQuery.
func emitQueryDecoder(w *writer, s *structure) {
	w.f("// DecodeQuery reads the members from awsQuery's parameters and checks them.\n")
	w.f("func (s *%s) DecodeQuery(q *wire.Query) {\nif !q.Enter() {\nreturn\n}\n", s.name)
	if s.usesSeen() {
		w.f("var seen uint64\n")
	}
	for _, f := range s.fields {
		name, get := w.queryName(f), "Get"
		if _, simple := scalars[f.target.Type]; simple {
			get = "Value"
		}
		w.f("if v := q.%s(%q); v != nil {\n", get, name.element)
		emitQueryRead(w, f, name)
		if f.bit >= 0 {
			w.f("seen |= 1 << %d\n", f.bit)
		}
		w.f("}\n")
	}
	w.f("q.Leave()\n")
	emitTokens(w, s)
	if s.checked(w.plan) {
		w.f("s.check(q.Check()%s)\n", seenArg(s))
	}
	w.f("}\n\n")
}

// queryName spells a member in awsQuery; below is empty for flattened lists and maps, which go by the name
// of their elements.
func (p *plan) queryName(f *field) queryName {
	if name, ok := p.queryNames[f.Shape]; ok {
		return name
	}
	return queryName{element: f.key}
}

// below says what stands between a list's name and its numbers.
func (p *plan) below(f *field) string {
	if _, flat := p.queryNames[f.Shape]; flat {
		return ""
	}
	if f.target.Type == "map" {
		return "entry"
	}
	if name := f.target.Member.LocationName; name != "" {
		return name
	}
	return "member"
}

// emitQueryRead writes the assignment that reads one member from v.
func emitQueryRead(w *writer, f *field, name queryName) {
	switch f.target.Type {
	case "structure":
		w.f("q.Check().At(%d, %q)\n", f.order, f.path)
		if f.pointer {
			w.f("s.%s = new(%s)\n", f.goName, w.goType(f.Shape))
		}
		w.f("s.%s.DecodeQuery(v)\n", f.goName)
	case "list":
		w.f("q.Check().At(%d, %q)\n", f.order, f.path)
		w.f("s.%s = wire.QueryList(v, %q, %s)\n", f.goName, w.below(f), w.queryFunc(f.target.Member))
	case "map":
		if name.key == "" {
			name.key, name.value = "key", "value"
		}
		w.f("q.Check().At(%d, %q)\n", f.order, f.path)
		w.f("s.%s = wire.QueryMap(v, %q, %q, %q, %s)\n", f.goName, w.below(f), name.key, name.value, w.queryFunc(f.target.Value))
	default:
		read := "v." + scalars[f.target.Type].read + "()"
		if f.target.Type == "timestamp" {
			read = "v.Time(" + w.timeFormat(&f.ref, f.target) + ")"
		}
		if f.pointer {
			read = "wire.Ptr(" + read + ")"
		}
		w.f("s.%s = %s\n", f.goName, read)
	}
}

// queryFunc gives the function that reads an element.
func (w *writer) queryFunc(r *ref) string {
	switch w.model.Shapes[r.Shape].Type {
	case "structure":
		return "(*" + w.goType(r.Shape) + ").DecodeQuery"
	case "string":
		return "wire.QueryString"
	case "blob":
		return "wire.QueryBlob"
	}
	w.fail("awsQuery: a list or map of %s is not supported yet", r.Shape)
	return ""
}

// emitXML writes one member as elements.
func emitXML(w *writer, f *field) {
	value := "s." + f.goName
	if f.pointer || f.target.Type == "blob" && !f.required {
		w.f("if %s != nil {\n", value)
		defer w.f("}\n")
	}
	if f.pointer && f.target.Type != "structure" {
		value = "*" + value
	}
	name := w.queryName(f)
	switch f.target.Type {
	case "list":
		emitXMLList(w, f, name, value)
	case "map":
		if name.key == "" {
			w.fail("awsQuery: the map %s is not supported yet", f.Shape)
			return
		}
		w.f("wire.Entries(x, %q, %q, %s, func(x *wire.XML, v %s) {\n", name.element, name.key, value, w.goType(f.target.Value.Shape))
		w.f("%s\n})\n", w.xmlElement(name.value, &f.ref, f.target.Value, "v"))
	default:
		w.f("%s\n", w.xmlElement(f.key, &f.ref, &f.ref, value))
	}
}

// emitXMLList writes a list, flattened or with an element around it.
func emitXMLList(w *writer, f *field, name queryName, value string) {
	element := name.element
	if below := w.below(f); below != "" {
		w.f("if %s != nil {\nx.Start(%q)\n", value, f.key)
		defer w.f("x.End(%q)\n}\n", f.key)
		element = below
	}
	w.f("for i := range %s {\n%s\n}\n", value, w.xmlElement(element, &f.ref, f.target.Member, value+"[i]"))
}

// xmlElement gives the statement that writes one element. place has the traits of the member.
func (w *writer) xmlElement(name string, place, r *ref, value string) string {
	sh := w.model.Shapes[r.Shape]
	switch sh.Type {
	case "structure":
		return fmt.Sprintf("x.Start(%q)\n%s.EncodeXML(x)\nx.End(%q)", name, value, name)
	case "timestamp":
		return fmt.Sprintf("x.Time(%q, %s, %s)", name, value, w.timeFormat(place, sh))
	case "string":
		return fmt.Sprintf("x.Text(%q, %s)", name, value)
	case "list", "map":
		w.fail("awsQuery: a %s in a list or map is not supported yet", sh.Type)
		return ""
	}
	sc := scalars[sh.Type]
	if sc.convert != "" {
		value = sc.convert + "(" + value + ")"
	}
	return fmt.Sprintf("x.%s(%q, %s)", sc.write, name, value)
}
