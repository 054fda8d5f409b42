package connectcases_test

import "strings"

// refusal is a request and how it must be refused.
type refusal struct {
	name, method, path, body string
	code                     string
	msg                      string // is in the message
}

// refused sends requests that must be refused.
func (h *house) refused(list []refusal) {
	h.Helper()
	status := map[string]int{"ValidationException": 400, "ServiceQuotaExceededException": 402, "ResourceNotFoundException": 404, "ConflictException": 409}
	for _, r := range list {
		a := h.call(r.method, r.path, r.body)
		if a.err == nil || a.code != r.code || a.status != status[r.code] || !strings.Contains(a.err.Message, r.msg) {
			h.Errorf("%s: %s %d %v, want %s %d with %q", r.name, a.code, a.status, a.err, r.code, status[r.code], r.msg)
		}
	}
}

// Short names of AWS's exceptions.
const (
	invalid  = "ValidationException"
	absent   = "ResourceNotFoundException"
	conflict = "ConflictException"
	quota    = "ServiceQuotaExceededException"
)

// made creates something and gives the member of the answer that names it.
func (h *house) made(path, body, member string) string {
	h.Helper()
	return h.must("POST", path, body).text(member)
}

// selectField makes a single-select field with active options of these values.
func (h *house) selectField(s shop, name string, values ...string) string {
	h.Helper()
	id := h.made("/domains/"+s.domain+"/fields", `{"name":"`+name+`","type":"SingleSelect"}`, "fieldId")
	var options []string
	for _, v := range values {
		options = append(options, `{"name":"`+v+`","value":"`+v+`","active":true}`)
	}
	h.must("PUT", "/domains/"+s.domain+"/fields/"+id+"/options", `{"options":[`+strings.Join(options, ",")+`]}`)
	return id
}

// list gives a member of a list's items.
func (h *house) list(path, list, member string) []string {
	h.Helper()
	ids, _ := h.pages(path, list, member, 100)
	return ids
}
