package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// world is all that the model knows: what the server should hold.
type world struct {
	domains  []*domain
	searches map[string]*search // by the token of their next page
}

// domain is a Cases domain. Its configuration is in lists in the order of creation, deleted things included.
type domain struct {
	id, name  string
	created   int // the number of the call that made it
	tags      map[string]string
	fields    []*field
	layouts   []*layout
	templates []*template
	rules     []*caseRule
	events    object // the event configuration as it was put
	cases     []*kase
	tokens    map[string]token
}

// outcome is what the model says that a call comes to.
type outcome struct {
	code   string // the exception; empty: success
	out    object
	events []object
	moved  int // how many SLAs ended with an update: each has an instant of its own
}

// The exceptions.
const (
	invalid  = "ValidationException"
	notFound = "ResourceNotFoundException"
	conflict = "ConflictException"
	quota    = "ServiceQuotaExceededException"
)

// refused is an outcome without success.
func refused(code string) outcome { return outcome{code: code} }

// said is a success without events.
func said(out object) outcome { return outcome{out: out} }

// Parts of ARNs and the principal of every call.
const (
	account   = "111122223333"
	region    = "us-east-1"
	principal = "arn:aws:iam::" + account + ":user/casestream"
)

// quotas are what the servers are given: less than AWS's, so that a run comes to each of them.
var quotas = map[string]int{
	"domains": 4, "fields-per-domain": 40, "options-per-field": 7, "layouts-per-domain": 8, "templates-per-domain": 8,
	"case-rules-per-domain": 8, "related-items-per-case": 12, "files-per-case": 3, "slas-per-case": 4, "fields-per-custom-item": 3,
}

// arn names a resource below a domain: arn("d", "case", "c").
func arn(domainID string, rest ...string) string {
	return strings.Join(append([]string{"arn:aws:cases:" + region + ":" + account + ":domain/" + domainID}, rest...), "/")
}

// symbol names what call n makes. The server's own id takes its place on the wire.
func symbol(kind string, n int) string { return fmt.Sprintf("«%s%d»", kind, n) }

// stamp is the instant of call n, minutes later.
func stamp(n, minutes int) string {
	if minutes == 0 {
		return symbol("t", n)
	}
	return fmt.Sprintf("«t%d+%d»", n, minutes)
}

// domain finds a domain.
func (w *world) domain(id string) *domain {
	for _, d := range w.domains {
		if d.id == id {
			return d
		}
	}
	return nil
}

// find finds what has an id in a list; nil when nothing has.
func find[T interface{ key() string }](list []T, id string) (found T) {
	for _, x := range list {
		if x.key() == id {
			return x
		}
	}
	return found
}

// count says of how many in a list something is true.
func count[T any](list []T, is func(T) bool) int {
	n := 0
	for _, x := range list {
		if is(x) {
			n++
		}
	}
	return n
}

// str reads a text member; empty when it is not there.
func str(o object, member string) string {
	s, _ := o[member].(string)
	return s
}

// obj reads an object member; nil when it is not there.
func obj(o object, member string) object {
	m, _ := o[member].(object)
	return m
}

// has says whether a member is there.
func has(o object, member string) bool { _, ok := o[member]; return ok }

// list reads a list member whose elements are objects.
func list(o object, member string) []object {
	all, _ := o[member].([]any)
	out := make([]object, len(all))
	for i, x := range all {
		out[i], _ = x.(object)
	}
	return out
}

// texts reads a list member whose elements are texts.
func texts(o object, member string) []string {
	all, _ := o[member].([]any)
	out := make([]string, len(all))
	for i, x := range all {
		out[i], _ = x.(string)
	}
	return out
}

// textMap reads a member that maps texts to texts.
func textMap(o object, member string) map[string]string {
	m := map[string]string{}
	for k, v := range obj(o, member) {
		m[k], _ = v.(string)
	}
	return m
}

// ids reads the ids out of a list of {"id": …}.
func ids(o object, member string) []string {
	var out []string
	for _, x := range list(o, member) {
		out = append(out, str(x, "id"))
	}
	return out
}

// identifiers is the other way round.
func identifiers(ids []string) []any {
	out := []any{}
	for _, id := range ids {
		out = append(out, object{"id": id})
	}
	return out
}

// repeated says whether a list holds something twice.
func repeated(list []string) bool {
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			return true
		}
		seen[s] = true
	}
	return false
}

// normal gives a value the form that decoded JSON has.
func normal(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the model and the generator make nothing that is not JSON
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}

// show gives a value as JSON with sorted members.
func show(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// set puts members that have a value into an object.
func set(o object, member string, v any) object {
	if v != nil && v != "" {
		o[member] = v
	}
	return o
}

// tagsOf gives tags as answers have them.
func tagsOf(tags map[string]string) object {
	out := object{}
	for k, v := range tags {
		out[k] = v
	}
	return out
}

// sorted gives the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
