package main

import (
	"fmt"
	"slices"
	"strings"
)

// emitErrors writes the exceptions.
func emitErrors(w *writer) {
	for _, name := range w.exceptions {
		emitException(w, name, w.model.Shapes[name])
	}
	for _, e := range w.extra {
		if slices.Contains(w.exceptions, e.name) {
			w.fail("%s is in the model now", e.name)
		}
		w.f("// %s answers with status %d; the service gives it without having it in its model.\n", e.name, e.status)
		w.f("type %s struct {\nMessage string\n}\n\n", e.name)
		w.f("// Error gives code and message.\nfunc (e *%s) Error() string { return %q + e.Message }\n\n", e.name, e.name+": ")
		w.f("// Wire gives the error as the protocols write it.\nfunc (e *%s) Wire() *wire.Error {\nreturn &wire.Error{Code: %q, Status: %d, Message: e.Message", e.name, e.name, e.status)
		if e.namespace != "" {
			w.f(", Namespace: %q", e.namespace)
		}
		if e.queryCode != "" {
			w.f(", QueryCode: %q", e.queryCode)
		}
		w.f("}\n}\n\n")
	}
}

// emitException writes one exception of the model.
func emitException(w *writer, name string, sh *shape) {
	status := sh.Error.HTTPStatusCode
	q := w.queryErrors[name]
	switch {
	case q.status != 0:
		status = q.status
	case status != 0:
	case sh.Fault:
		status = 500
	default:
		status = 400
	}
	fields := []string{fmt.Sprintf("Code: %q", name), fmt.Sprintf("Status: %d", status), "Message: e.Message"}
	code := q.code
	if sh.Error.Code != "" && sh.Error.Code != name {
		code = sh.Error.Code
	}
	if code != "" {
		fields = append(fields, fmt.Sprintf("QueryCode: %q", code))
	}
	if q.message != "" {
		fields = append(fields, fmt.Sprintf("QueryMessage: %q", q.message))
	}
	if sh.Fault || status >= 500 {
		fields = append(fields, "Receiver: true")
	}
	w.f("// %s answers with status %d.\ntype %s struct {\nMessage string\n", name, status, name)
	var texts []string
	for _, m := range sh.Members {
		target := w.model.Shapes[m.Shape]
		switch {
		case strings.EqualFold(m.name, "message"):
			if m.name != "message" {
				fields = append(fields, fmt.Sprintf("MessageKey: %q", m.name))
			}
		case m.Location == "header" && m.LocationName == "Retry-After" && target.Type == "integer":
			w.f("%s *int32 // the Retry-After header\n", upperFirst(m.name))
			fields = append(fields, fmt.Sprintf("Header: wire.RetryAfter(e.%s)", upperFirst(m.name)))
		case m.Location == "" && target.Type == "string":
			w.f("%s string\n", upperFirst(m.name))
			texts = append(texts, fmt.Sprintf("{%q, e.%s}", m.name, upperFirst(m.name)))
		}
	}
	w.f("}\n\n")
	if texts != nil {
		fields = append(fields, "Members: [][2]string{"+strings.Join(texts, ", ")+"}")
	}
	w.f("// Error gives code and message.\nfunc (e *%s) Error() string { return %q + e.Message }\n\n", name, name+": ")
	w.f("// Wire gives the error as the protocols write it.\nfunc (e *%s) Wire() *wire.Error {\nreturn &wire.Error{%s}\n}\n\n", name, strings.Join(fields, ", "))
}
