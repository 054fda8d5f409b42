package model

import (
	"reflect"
	"slices"
)

// result gives the item as searches show it.
func (i *item) result(d *domain) object {
	o := object{
		"relatedItemId": i.id, "type": i.kind, "associationTime": stamp(i.made, 0), "content": i.shown(d), "tags": tagsOf(i.tags),
	}
	if i.by != nil {
		o["performedBy"] = i.by
	}
	return o
}

// searchRelatedItems is SearchRelatedItems: newest first.
func searchRelatedItems(w *world, c call) outcome {
	d, k := w.kase(c.In)
	if k == nil {
		return refused(notFound)
	}
	filters := list(c.In, "filters")
	if !d.goodItemFilters(filters) {
		return refused(invalid)
	}
	out := []any{}
	for _, i := range slices.Backward(k.items) {
		if d.passes(i, filters) {
			out = append(out, i.result(d))
		}
	}
	return said(object{"relatedItems": out})
}

// searchAllRelatedItems is SearchAllRelatedItems.
func searchAllRelatedItems(w *world, c call) outcome {
	filters, sorts := list(c.In, "filters"), list(c.In, "sorts")
	if len(sorts) == 2 && sorts[0]["sortProperty"] == sorts[1]["sortProperty"] {
		return refused(invalid) // whatever domain it is about
	}
	d := w.domain(str(c.In, "domainId"))
	if d == nil {
		return refused(notFound)
	}
	if !d.goodItemFilters(filters) {
		return refused(invalid)
	}
	type found struct {
		k *kase
		i *item
	}
	var all []found
	for _, k := range d.cases {
		for _, i := range k.items {
			if d.passes(i, filters) {
				all = append(all, found{k, i})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		for _, s := range sorts {
			order := a.i.made - b.i.made
			if s["sortProperty"] == "CaseId" {
				order = a.k.created - b.k.created // ids grow
			}
			if s["sortOrder"] == "Desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return b.i.made - a.i.made
	})
	out := []any{}
	for _, f := range all {
		o := f.i.result(d)
		o["caseId"] = f.k.id
		out = append(out, o)
	}
	return said(object{"relatedItems": out})
}

// goodItemFilters says whether filters of items make sense in the domain.
func (d *domain) goodItemFilters(filters []object) bool {
	for _, f := range filters {
		if fields := obj(obj(f, "custom"), "fields"); fields != nil && !d.goodFilter(fields, func(f *field) bool { return !f.system }) {
			return false
		}
	}
	return true
}

// passes says whether an item passes one of the filters, or there are none.
func (d *domain) passes(i *item, filters []object) bool {
	for _, f := range filters {
		member := sorted(f)[0]
		if member != contentKey(i.kind) {
			continue
		}
		want, pass := obj(f, member), true
		for k, v := range want {
			switch k {
			case "channel":
				pass = pass && (len(v.([]any)) == 0 || slices.Contains(v.([]any), i.content[k]))
			case "fields":
				pass = pass && d.matches(v.(object), func(id string) value { return i.fields[id] }, nil)
			case "name", "status":
				pass = pass && reflect.DeepEqual(v, i.sla()[k])
			default:
				pass = pass && reflect.DeepEqual(v, i.content[k])
			}
		}
		if pass {
			return true
		}
	}
	return len(filters) == 0
}
