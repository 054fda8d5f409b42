package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// plan is a service ready to be written: the operations and structures that are wanted, with Go's names.
type plan struct {
	config
	model      *model
	ops        []*operation // wanted, by name
	all        []*operation // the whole model's, by name
	structures []*structure // by name
	exceptions []string     // shape names, sorted
	query      bool         // awsQuery is spoken
}

// structure is one Go struct.
type structure struct {
	name   string // Go's
	shape  *shape
	from   string // the shape's name; empty where AWS has none
	op     string // the operation whose input or output this is
	input  bool
	output bool
	decode bool
	encode bool
	fields []*field
}

// field is one member of a structure.
type field struct {
	member
	order    int
	goName   string
	key      string // the JSON member's name, or that of the label or parameter
	path     string // the name in messages
	required bool
	pointer  bool // the Go field is a pointer to the value
	bit      int  // of a required or union member among those whose presence is noted; -1 for others
	target   *shape
}

// newPlan decides what is written for a service.
func newPlan(cfg config, m *model) (*plan, error) {
	p := &plan{config: cfg, model: m}
	p.query = cfg.alsoQuery || m.Metadata.Protocol == "query"
	if p.xmlNamespace == "" {
		p.xmlNamespace = m.Metadata.XMLNamespace
	}
	wanted, err := wantedOps(cfg.id, m)
	if err != nil {
		return nil, err
	}
	in, out := map[string]bool{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		op := m.Operations[name]
		p.all = append(p.all, op)
		if wanted[name] {
			p.ops = append(p.ops, op)
			p.addEnds(op, in, out)
		}
	}
	p.addShapes(in, out)
	slices.SortFunc(p.structures, func(a, b *structure) int { return strings.Compare(a.name, b.name) })
	for i, s := range p.structures {
		if i > 0 && p.structures[i-1].name == s.name {
			return nil, fmt.Errorf("two structures are called %s", s.name)
		}
		if err := p.fill(s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return p, nil
}

// addEnds adds an operation's input and output, which have the operation's name whatever AWS calls their
// shapes, and which are there even where AWS has none; in and out collect the shapes below them.
func (p *plan) addEnds(op *operation, in, out map[string]bool) {
	end := func(r *ref, reach map[string]bool) *structure {
		s := &structure{op: op.Name, shape: &shape{Type: "structure"}}
		if r != nil {
			s.from, s.shape = r.Shape, p.model.Shapes[r.Shape]
			p.reachMembers(s.shape, reach)
		}
		return s
	}
	i, o := end(op.Input, in), end(op.Output, out)
	i.name, i.input, i.decode = op.Name+"Input", true, true
	o.name, o.output, o.encode = op.Name+"Output", true, true
	p.structures = append(p.structures, i, o)
}

// addShapes adds the structures below inputs and outputs, and the exceptions.
func (p *plan) addShapes(in, out map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(p.model.Shapes)) {
		switch sh := p.model.Shapes[name]; {
		case sh.Exception:
			p.exceptions = append(p.exceptions, name)
		case sh.Type == "structure" && (in[name] || out[name]):
			p.structures = append(p.structures, &structure{name: upperFirst(name), shape: sh, from: name, decode: in[name], encode: out[name]})
		}
	}
}

// reachMembers notes all shapes that a structure leads to.
func (p *plan) reachMembers(sh *shape, seen map[string]bool) {
	for _, m := range sh.Members {
		p.reach(m.Shape, seen)
	}
}

// reach notes a shape and all that it leads to.
func (p *plan) reach(name string, seen map[string]bool) {
	if seen[name] {
		return
	}
	seen[name] = true
	sh := p.model.Shapes[name]
	for _, r := range []*ref{sh.Member, sh.Key, sh.Value} {
		if r != nil {
			p.reach(r.Shape, seen)
		}
	}
	p.reachMembers(sh, seen)
}

// fill makes a structure's fields.
func (p *plan) fill(s *structure) error {
	if s.shape.Payload != "" {
		return fmt.Errorf("payload members are not supported yet")
	}
	bits := 0
	for i, m := range s.shape.Members {
		target := p.model.Shapes[m.Shape]
		if err := supported(s, m, target); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		f := &field{
			member: m, order: i, goName: upperFirst(m.name), key: m.name, path: lowerFirst(m.name), bit: -1,
			target: target, required: slices.Contains(s.shape.Required, m.name) && !s.shape.Union,
		}
		if p.alsoQuery {
			f.path = m.name
		}
		if m.LocationName != "" {
			f.key = m.LocationName
		}
		switch target.Type {
		case "list", "map", "blob":
		case "structure":
			f.pointer = !f.required || p.leadsTo(m.Shape, s.from)
		default:
			f.pointer = !f.required
		}
		if s.decode && (f.required && !p.answeredElsewhere(s, m.name) || s.shape.Union) {
			if f.bit = bits; bits >= 64 {
				return fmt.Errorf("more than 64 required members")
			}
			bits++
		}
		s.fields = append(s.fields, f)
	}
	return nil
}

// answeredElsewhere says whether a required member's absence is left to the service's room.
func (p *plan) answeredElsewhere(s *structure, member string) bool {
	return p.requiredByOthers[member] || p.requiredByOthers[s.from+"."+member]
}

// supported refuses traits that nothing here can handle, so that a new operation cannot silently lose them.
func supported(s *structure, m member, target *shape) error {
	switch {
	case m.Streaming, m.EventStream, m.JSONValue, target.Document:
		return fmt.Errorf("streams, event streams, documents and JSON values are not supported yet")
	case m.Location == "":
		return nil
	case s.input && m.Location == "uri" && target.Type == "string":
		return nil
	case s.input && m.Location == "querystring":
		return nil
	}
	return fmt.Errorf("location %q is not supported yet", m.Location)
}

// leadsTo says whether a structure holds another one by value, over members that are no list and no map.
func (p *plan) leadsTo(from, to string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(name string) bool {
		if name == to {
			return true
		}
		if seen[name] {
			return false
		}
		seen[name] = true
		for _, m := range p.model.Shapes[name].Members {
			if p.model.Shapes[m.Shape].Type == "structure" && walk(m.Shape) {
				return true
			}
		}
		return false
	}
	return walk(from)
}

// goType gives Go's type for a shape, without the pointer that makes it optional.
func (p *plan) goType(name string) string {
	sh := p.model.Shapes[name]
	star := ""
	if sh.Sparse {
		star = "*"
	}
	switch sh.Type {
	case "list":
		return "[]" + star + p.goType(sh.Member.Shape)
	case "map":
		return "map[string]" + star + p.goType(sh.Value.Shape)
	case "structure":
		return upperFirst(name)
	}
	return scalars[sh.Type].goType
}

// scalar says how the parts of the generated code name a simple type.
type scalar struct {
	goType, read, write, convert string
}

// scalars are the simple types: Go's type, the method that reads it, the method that writes it and the
// conversion that the latter needs.
var scalars = map[string]scalar{
	"string":    {"string", "String", "String", ""},
	"character": {"string", "String", "String", ""},
	"integer":   {"int32", "Int32", "Int", "int64"},
	"short":     {"int32", "Int32", "Int", "int64"},
	"long":      {"int64", "Int64", "Int", ""},
	"float":     {"float64", "Float64", "Float", ""},
	"double":    {"float64", "Float64", "Float", ""},
	"boolean":   {"bool", "Bool", "Bool", ""},
	"blob":      {"[]byte", "Blob", "Blob", ""},
	"timestamp": {"time.Time", "Time", "Time", ""},
}

// timeFormat gives the format of a timestamp: the member's, else the shape's, else the place's.
func (p *plan) timeFormat(r *ref, sh *shape) string {
	format := r.TimestampFormat
	if format == "" {
		format = sh.TimestampFormat
	}
	switch {
	case format == "iso8601", format == "" && (p.model.Metadata.Protocol == "query" || r.Location == "querystring"):
		return "wire.ISO8601"
	case format == "rfc822", format == "" && r.Location == "header":
		return "wire.HTTPDate"
	}
	return "wire.Epoch"
}

// boundFields gives the members that do not travel in the body.
func (s *structure) boundFields() []*field {
	var out []*field
	for _, f := range s.fields {
		if f.Location != "" {
			out = append(out, f)
		}
	}
	return out
}

// upperFirst and lowerFirst change the case of a name's first letter.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// lowerFirst is upperFirst's counterpart.
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// writer collects one generated file.
type writer struct {
	*plan
	body bytes.Buffer
	err  error
}

// f writes a formatted piece of Go.
func (w *writer) f(format string, args ...any) { fmt.Fprintf(&w.body, format, args...) }

// fail keeps the first error.
func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// file gives the file's text with header and imports.
func (w *writer) file() []byte {
	var out bytes.Buffer
	body := w.body.String()
	fmt.Fprintf(&out, "// Code generated by apigen; DO NOT EDIT.\n\n")
	if strings.Contains(body, "type API interface") {
		fmt.Fprintf(&out, "// Package %s holds the shapes, constraints, exceptions and operations of %s.\n", w.id, w.model.Metadata.ServiceID)
		fmt.Fprintf(&out, "// It is generated and holds no behaviour: that is written in svc/%s.\n", w.id)
	}
	fmt.Fprintf(&out, "package %s\n\nimport (\n", w.id)
	for _, imp := range [][2]string{
		{"context.", "context"},
		{"math.", "math"},
		{"time.Time", "time"},
		{"wire.", "github.com/casestream/casestream/wire"},
	} {
		if strings.Contains(body, imp[0]) {
			fmt.Fprintf(&out, "%q\n", imp[1])
		}
	}
	out.WriteString(")\n\n")
	out.WriteString(body)
	return out.Bytes()
}
