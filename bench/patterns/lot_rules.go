package main

import "fmt"

// lotClass is one class of event-ruler's own benchmark: five rules with one operator.
type lotClass struct {
	name  string
	rules []string
	last  bool // on parcels whose firstCoordinates stands last
}

// property is a rule on one of a parcel's properties.
func property(name, matcher string) string {
	return fmt.Sprintf(`{"properties":{%q:[%s]}}`, name, matcher)
}

// properties are rules on one property, a format for the operator and its values.
func properties(name, format string, values ...any) (rules []string) {
	for _, v := range values {
		rules = append(rules, property(name, fmt.Sprintf(format, v)))
	}
	return rules
}

// geometry is a rule on a parcel's geometry.
func geometry(members string) string { return `{"geometry":{` + members + `}}` }

// numericRules are those on coordinates, of all points or of the first.
func numericRules(of, second string) []string {
	at := func(axis, comparison string) string {
		return fmt.Sprintf(`%q:{%q:[{"numeric":[%s]}]}`, of, axis, comparison)
	}
	return []string{
		geometry(`"type":["Polygon"],` + at("x", `"=",`+askedX)),
		geometry(`"type":["MultiPolygon"],` + second),
		geometry(at("x", `"<",-122.41600944012424`)),
		geometry(at("x", `">",-122.41600944012424`)),
		geometry(at("x", `">",-122.46471267081272,"<",-122.4063085128395`)),
	}
}

// butRules are five that each exclude something: of two streets, a street type, a shape and a house number.
func butRules(format, street1, street2, kind, shape, number string) []string {
	but := func(value string) string { return fmt.Sprintf(format, value) }
	return append(properties("STREET", format, street1, street2),
		property("ST_TYPE", but(kind)), geometry(`"type":[`+but(shape)+`]`), property("FROM_ST", but(number)))
}

// lotClasses are the classes of event-ruler's benchmark, with its rules.
func lotClasses() []lotClass {
	firstZ := `"firstCoordinates":{"z":[{"numeric":["=",0]}]}`
	anyY := `"coordinates":{"y":[{"numeric":["=",` + askedY + `]}]}`
	wildcards := []any{"143*", "2*0*1*7", "*218", "3*5*2", "VA*IL"}
	folded := append(properties("STREET", `{"equals-ignore-case":%q}`, "jefferson", "bEaCh", "HyDe", "CHESTNUT"),
		property("ST_TYPE", `{"equals-ignore-case":"st"}`))
	return []lotClass{
		{name: "exact", rules: properties("MAPBLKLOT", `%q`, "1430022", "2607117", "2607218", "3745012", "VACSTWIL")},
		{name: "prefix", rules: properties("STREET", `{"prefix":%q}`, "AC", "BL", "DR", "FU", "RH")},
		{name: "prefix ignore-case", rules: properties("STREET", `{"prefix":{"equals-ignore-case":%q}}`, "Ac", "bL", "dR", "Fu", "rH")},
		{name: "suffix", rules: properties("STREET", `{"suffix":%q}`, "ON", "KE", "MM", "ING", "GO")},
		{name: "suffix ignore-case", rules: properties("STREET", `{"suffix":{"equals-ignore-case":%q}}`, "oN", "Ke", "mM", "InG", "gO")},
		{name: "equals-ignore-case", rules: folded},
		{name: "wildcard", rules: properties("MAPBLKLOT", `{"wildcard":%q}`, wildcards...)},
		{name: "numeric", rules: numericRules("firstCoordinates", firstZ)},
		{name: "numeric, read last", rules: numericRules("firstCoordinates", firstZ), last: true},
		{name: "anything-but", rules: butRules(`{"anything-but":[%q]}`, "FULTON", "MASON", "ST", "Polygon", "441")},
		{name: "anything-but ignore-case", rules: butRules(`{"anything-but":{"equals-ignore-case":[%q]}}`, "Fulton", "Mason", "st", "polygon", "441")},
		{name: "anything-but prefix", rules: butRules(`{"anything-but":{"prefix":%q}}`, "FULTO", "MASO", "S", "Poly", "44")},
		{name: "anything-but suffix", rules: butRules(`{"anything-but":{"suffix":%q}}`, "ULTON", "ASON", "T", "olygon", "41")},
		{name: "anything-but wildcard", rules: properties("MAPBLKLOT", `{"anything-but":{"wildcard":%q}}`, wildcards...)},
		{name: "coordinate arrays", rules: numericRules("coordinates", anyY)},
	}
}
