package main

import (
	"fmt"
	"slices"
	"strings"
)

// emitOperations writes the API interface, Unimplemented and the service's table.
func emitOperations(w *writer) {
	w.f("// API is what a room implements: the operations whose shapes are generated.\ntype API interface {\n")
	for _, op := range w.ops {
		w.f("%s(ctx context.Context, in *%sInput) (*%sOutput, error)\n", op.Name, op.Name, op.Name)
	}
	w.f("}\n\n// Unimplemented answers every operation with NotImplemented. A room embeds it and overrides what it has.\n")
	w.f("type Unimplemented struct{}\n\n")
	for _, op := range w.ops {
		w.f("// %s is not implemented.\n", op.Name)
		w.f("func (Unimplemented) %s(context.Context, *%sInput) (*%sOutput, error) {\nreturn nil, wire.NotImplemented(%q, %q)\n}\n\n",
			op.Name, op.Name, op.Name, w.id, op.Name)
	}
	w.f("// Describe gives the service's table, with the operations of api in it. Operations of AWS's model whose\n")
	w.f("// shapes are not generated have a row without Call.\nfunc Describe(api API) *wire.Service {\nreturn &wire.Service{\n")
	m := w.model.Metadata
	signing := m.SigningName
	if signing == "" {
		signing = m.EndpointPrefix
	}
	for _, kv := range [][2]string{
		{"ID", w.id},
		{"SigningName", signing},
		{"EndpointPrefix", m.EndpointPrefix},
		{"TargetPrefix", m.TargetPrefix},
		{"APIVersion", m.APIVersion},
		{"XMLNamespace", w.xmlNamespace},
		{"ErrorNamespace", w.errorNamespace},
	} {
		if kv[1] != "" {
			w.f("%s: %q,\n", kv[0], kv[1])
		}
	}
	w.f("Protocol: %s,\n", w.protocol())
	if w.alsoQuery {
		w.f("AlsoQuery: true,\n")
	}
	w.f("Invalid: %s,\nOperations: []wire.Operation{\n", w.invalid)
	for _, op := range w.all {
		w.f("{%s},\n", w.row(op))
	}
	w.f("},\n}\n}\n")
}

// protocol names the protocol that current SDKs speak.
func (w *writer) protocol() string {
	m := w.model.Metadata
	switch {
	case m.Protocol == "rest-json":
		return "wire.RestJSON1"
	case m.Protocol == "query":
		return "wire.AWSQuery"
	case m.Protocol == "json" && m.JSONVersion == "1.0":
		return "wire.AWSJSON10"
	case m.Protocol == "json":
		return "wire.AWSJSON11"
	}
	w.fail("protocol %q is not supported", m.Protocol)
	return ""
}

// row gives the fields of an operation's row.
func (w *writer) row(op *operation) string {
	out := fmt.Sprintf("Name: %q", op.Name)
	if w.model.Metadata.Protocol == "rest-json" {
		out += fmt.Sprintf(", Method: %q, Path: %q", op.HTTP.Method, op.HTTP.RequestURI)
		if code := op.HTTP.ResponseCode; code != 0 && code != 200 && slices.Contains(w.ops, op) {
			w.fail("%s: status %d is not supported yet", op.Name, code)
		}
	}
	if !slices.Contains(w.ops, op) {
		return out
	}
	if len(op.Errors) > 0 {
		var names []string
		for _, e := range op.Errors {
			names = append(names, fmt.Sprintf("%q", e.Shape))
		}
		out += ",\nErrors: []string{" + strings.Join(names, ", ") + "}"
	}
	serve := "Serve"
	if op.Output == nil {
		serve = "ServeEmpty"
	}
	return out + ",\nCall: wire." + serve + "(api." + op.Name + ")"
}
