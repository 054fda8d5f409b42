package model

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// searchCases is SearchCases, by looking at every case.
func searchCases(w *world, c call) outcome {
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	filter, sorts, asked := obj(c.In, "filter"), list(c.In, "sorts"), ids(c.In, "fields")
	every := func(*field) bool { return true }
	if filter != nil && !d.goodFilter(filter, every) || repeated(asked) {
		return refused(invalid)
	}
	var keys []string
	for _, s := range sorts {
		keys = append(keys, str(s, "fieldId"))
	}
	for _, id := range append(slices.Clone(asked), keys...) {
		if find(d.fields, id) == nil {
			return refused(invalid)
		}
	}
	if repeated(keys) {
		return refused(invalid)
	}
	var found []*kase
	for _, k := range d.cases {
		if d.found(k, c.In) {
			found = append(found, k)
		}
	}
	d.sort(found, sorts)
	out := object{"totalCount": len(found)}
	if c.OnePage {
		found, out = w.page(d, c, len(found))
		if out == nil {
			return refused(invalid)
		}
	}
	cases := []any{}
	for _, k := range found {
		fields := []any{}
		for _, id := range asked {
			if v := k.get(id); v != (value{}) {
				fields = append(fields, object{"id": id, "value": v.union()})
			}
		}
		cases = append(cases, object{"caseId": k.id, "templateId": k.template, "fields": fields, "tags": tagsOf(k.tags)})
	}
	out["cases"] = cases
	return said(out)
}

// search is a search that is read page by page while cases change.
type search struct {
	in    object  // what was searched for
	order []*kase // those behind the last page, in the order of the first page: all, found or not
	total int     // how many were found for the first page
	made  int     // the number of the call that the first page was
}

// page gives a page of a search, and the answer but for its cases: nil when the token is that of another search. Each
// case is at the place that it had for the first page. It is shown as it is now, if it is still there and found.
func (w *world) page(d *domain, c call, total int) ([]*kase, object) {
	in := clone(c.In)
	delete(in, "nextToken")
	s := w.searches[str(c.In, "nextToken")]
	if s == nil {
		s = &search{in: in, order: slices.Clone(d.cases), total: total, made: c.N}
		d.sort(s.order, list(in, "sorts"))
	} else if !reflect.DeepEqual(s.in, in) {
		return nil, nil
	}
	size, _ := in["maxResults"].(float64)
	var shown []*kase
	rest, more := s.order, false
	for i, k := range s.order {
		if find(d.cases, k.id) != k || !d.found(k, in) {
			continue
		}
		if more = len(shown) == int(size); more {
			break
		}
		shown, rest = append(shown, k), s.order[i+1:]
	}
	out := object{"totalCount": s.total}
	if more && c.N > 0 {
		out["nextToken"] = symbol("token", c.N)
		w.searches[symbol("token", c.N)] = &search{in: in, order: rest, total: s.total, made: s.made}
	}
	return shown, out
}

// found says whether a case is one that is searched for.
func (d *domain) found(k *kase, in object) bool {
	filter := obj(in, "filter")
	return (filter == nil || d.matches(filter, k.get, k.tags)) && d.hasWords(k, str(in, "searchTerm"))
}

// sort puts cases in order: by the last update, newest first, unless other keys are given. Cases without a
// value come last. What the keys leave equal is in the order of creation, turned as the last key is.
func (d *domain) sort(cases []*kase, sorts []object) {
	if len(sorts) == 0 {
		sorts = []object{{"fieldId": "last_updated_datetime", "sortOrder": "Desc"}}
	}
	slices.SortFunc(cases, func(a, b *kase) int {
		turn := 1
		for _, s := range sorts {
			f := find(d.fields, str(s, "fieldId"))
			x, y := a.get(f.id), b.get(f.id)
			turn = 1
			if s["sortOrder"] == "Desc" {
				turn = -1
			}
			if (x == (value{})) != (y == (value{})) {
				if x == (value{}) {
					return 1
				}
				return -1
			}
			if order := f.compare(x, y); order != 0 {
				return order * turn
			}
		}
		return (a.created - b.created) * turn
	})
}

// compare orders two values of a field.
func (f *field) compare(a, b value) int {
	if f.kind == "DateTime" {
		x, _ := rank(a.text())
		y, _ := rank(b.text())
		return cmp.Compare(x, y)
	}
	if f.id == "case_id" { // ids grow, and so do the numbers in their symbols
		if order := cmp.Compare(len(a.text()), len(b.text())); order != 0 {
			return order
		}
	}
	switch x := a.v.(type) {
	case float64:
		y, _ := b.v.(float64)
		return cmp.Compare(x, y)
	case bool:
		y, _ := b.v.(bool)
		switch {
		case x == y:
			return 0
		case x:
			return 1
		}
		return -1
	}
	return cmp.Compare(a.text(), b.text())
}

// goodFilter says whether a filter makes sense in the domain, on fields that may be used.
func (d *domain) goodFilter(filter object, usable func(*field) bool) bool {
	member := sorted(filter)[0]
	switch member {
	case "not":
		return d.goodFilter(obj(filter, "not"), usable)
	case "andAll", "orAll":
		for _, part := range list(filter, member) {
			if !d.goodFilter(part, usable) {
				return false
			}
		}
		return true
	case "tag":
		return len(obj(obj(filter, "tag"), "equalTo")) > 0
	}
	operator := sorted(obj(filter, "field"))[0]
	test := obj(obj(filter, "field"), operator)
	f, v := find(d.fields, str(test, "id")), valueOf(obj(test, "value"))
	if f == nil || !usable(f) {
		return false
	}
	if v == (value{}) {
		return operator == "equalTo"
	}
	if v.member != memberOf[f.kind] && !(f.id == "assigned_user" && v.member == "userArnValue") {
		return false
	}
	ordered := f.kind == "Number" || f.kind == "DateTime"
	switch operator {
	case "equalTo":
	case "contains":
		if ordered || f.kind == "Boolean" {
			return false
		}
	default:
		if !ordered {
			return false
		}
	}
	_, isInstant := rank(v.text())
	return f.kind != "DateTime" || isInstant
}

// matches says whether values and tags pass a filter.
func (d *domain) matches(filter object, get func(string) value, tags map[string]string) bool {
	member := sorted(filter)[0]
	switch member {
	case "not":
		return !d.matches(obj(filter, "not"), get, tags)
	case "andAll":
		return !slices.ContainsFunc(list(filter, member), func(f object) bool { return !d.matches(f, get, tags) })
	case "orAll":
		return slices.ContainsFunc(list(filter, member), func(f object) bool { return d.matches(f, get, tags) })
	case "tag":
		want := obj(obj(filter, "tag"), "equalTo")
		for k, v := range tags {
			if (!has(want, "key") || want["key"] == k) && (!has(want, "value") || want["value"] == v) {
				return true
			}
		}
		return false
	}
	operator := sorted(obj(filter, "field"))[0]
	test := obj(obj(filter, "field"), operator)
	f, v := find(d.fields, str(test, "id")), valueOf(obj(test, "value"))
	is := get(f.id)
	if is == (value{}) || v == (value{}) {
		return operator == "equalTo" && is == v
	}
	order := f.compare(is, v)
	switch operator {
	case "equalTo":
		return order == 0
	case "contains":
		return strings.Contains(strings.ToLower(is.text()), strings.ToLower(v.text()))
	case "greaterThan":
		return order > 0
	case "greaterThanOrEqualTo":
		return order >= 0
	case "lessThan":
		return order < 0
	}
	return order <= 0
}

// words gives the words of a text, in lower case. Of an ARN they are those behind the last slash.
func words(s string) []string {
	if strings.HasPrefix(s, "arn:") {
		s = s[strings.LastIndex(s, "/")+1:]
	}
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit)
	})
}

// hasWords says whether each word of a term is somewhere in the values of a case. A term without words finds nothing.
func (d *domain) hasWords(k *kase, term string) bool {
	if term != "" && len(words(term)) == 0 {
		return false
	}
	var all []string
	for id, v := range k.values {
		f := find(d.fields, id)
		switch n, isNumber := v.v.(float64); {
		case f.kind == "DateTime":
		case isNumber:
			all = append(all, words(strconv.FormatFloat(n, 'f', -1, 64))...)
		default:
			all = append(all, words(v.text())...)
		}
	}
	for _, w := range words(term) {
		if !slices.Contains(all, w) {
			return false
		}
	}
	return true
}
