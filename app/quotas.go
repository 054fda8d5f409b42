package app

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// quotas are resource quotas of a service by name. What can be set is what Q has, the quotas as their room knows
// them: its field RelatedItemsPerCase is the name related-items-per-case.
type quotas[Q any] map[string]int

// hump finds where a word begins in a Go name.
var hump = regexp.MustCompile(`([a-z])([A-Z])`)

// quotaName gives the name by which a command line knows a field.
func quotaName(field string) string {
	return strings.ToLower(hump.ReplaceAllString(field, "$1-$2"))
}

// quotaNames lists the names.
func quotaNames[Q any]() []string {
	var list []string
	for f := range reflect.TypeFor[Q]().Fields() {
		list = append(list, quotaName(f.Name))
	}
	return list
}

// check refuses names that there are not, and numbers that are none. It is told the flag.
func (q quotas[Q]) check(flag string) error {
	known := quotaNames[Q]()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s: there is no %q; the names are %s", flag, name, strings.Join(known, ", "))
		}
		if q[name] < 1 {
			return fmt.Errorf("%s: %s=%d: want at least 1", flag, name, q[name])
		}
	}
	return nil
}

// room gives the quotas in the form of their room.
func (q quotas[Q]) room() Q {
	var c Q
	v := reflect.ValueOf(&c).Elem()
	for f := range v.Type().Fields() {
		if n, ok := q[quotaName(f.Name)]; ok {
			v.FieldByIndex(f.Index).SetInt(int64(n))
		}
	}
	return c
}
