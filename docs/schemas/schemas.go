// Package schemas holds the JSON Schemas of case events (draft 2020-12), so that programs can validate with
// them without a network. It does not validate anything itself.
//
//	case-event.json          events about cases
//	related-item-event.json  events about related items
//	definitions.json         what both have in common
package schemas

import "embed"

// Base is what the $id of each schema begins with; the name of its file follows.
const Base = "https://github.com/casestream/casestream/docs/schemas/"

// Files has the schemas by the names of their files.
//
//go:embed *.json
var Files embed.FS
