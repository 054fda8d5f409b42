package app

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/casestream/casestream/svc/connectcases"
)

// quotas are resource quotas of Amazon Connect Cases by name. What can be set is what connectcases.Quotas has:
// its field RelatedItemsPerCase is the name related-items-per-case.
type quotas map[string]int

// hump finds where a word begins in a Go name.
var hump = regexp.MustCompile(`([a-z])([A-Z])`)

// quotaName gives the name by which a command line knows a field of connectcases.Quotas.
func quotaName(field string) string {
	return strings.ToLower(hump.ReplaceAllString(field, "$1-$2"))
}

// quotaNames lists the names.
func quotaNames() []string {
	var list []string
	for f := range reflect.TypeFor[connectcases.Quotas]().Fields() {
		list = append(list, quotaName(f.Name))
	}
	return list
}

// check refuses names that there are not, and numbers that are none.
func (q quotas) check() error {
	known := quotaNames()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--cases-quota: there is no %q; the names are %s", name, strings.Join(known, ", "))
		}
		if q[name] < 1 {
			return fmt.Errorf("--cases-quota: %s=%d: want at least 1", name, q[name])
		}
	}
	return nil
}

// cases gives the quotas in the form of their room.
func (q quotas) cases() connectcases.Quotas {
	var c connectcases.Quotas
	v := reflect.ValueOf(&c).Elem()
	for f := range v.Type().Fields() {
		if n, ok := q[quotaName(f.Name)]; ok {
			v.FieldByIndex(f.Index).SetInt(int64(n))
		}
	}
	return c
}
