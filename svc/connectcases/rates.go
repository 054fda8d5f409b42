package connectcases

import "github.com/casestream/casestream/wire"

// rate is how often an operation may be called in an account: so many a second, and so many at once.
type rate struct {
	perSecond float64
	burst     int
}

// unpublished is the rate of the operations for which AWS publishes none.
var unpublished = rate{2, 5}

// rates are AWS's published request rates; the operations that are not among them have unpublished.
var rates = map[string]rate{
	"BatchGetCaseRule":          {8, 25},
	"BatchGetField":             {8, 25},
	"BatchPutFieldOptions":      {2, 5},
	"CreateCase":                {2, 10},
	"CreateCaseRule":            {2, 5},
	"CreateDomain":              {2, 5},
	"CreateField":               {2, 5},
	"CreateLayout":              {2, 5},
	"CreateRelatedItem":         {2, 10},
	"CreateTemplate":            {2, 5},
	"DeleteCaseRule":            {2, 5},
	"GetCase":                   {4, 10},
	"GetCaseAuditEvents":        {2, 10},
	"GetCaseEventConfiguration": {2, 10},
	"GetDomain":                 {2, 5},
	"GetLayout":                 {6, 20},
	"GetTemplate":               {6, 20},
	"ListCaseRules":             {2, 10},
	"ListCasesForContact":       {2, 2},
	"ListDomains":               {2, 5},
	"ListFieldOptions":          {6, 16},
	"ListFields":                {2, 5},
	"ListLayouts":               {2, 10},
	"ListTagsForResource":       {2, 10},
	"ListTemplates":             {2, 10},
	"PutCaseEventConfiguration": {2, 10},
	"SearchCases":               {2, 10},
	"SearchRelatedItems":        {2, 10},
	"TagResource":               {2, 10},
	"UntagResource":             {2, 10},
	"UpdateCase":                {2, 2},
	"UpdateCaseRule":            {2, 5},
	"UpdateField":               {2, 5},
	"UpdateLayout":              {2, 5},
	"UpdateTemplate":            {2, 5},
}

// rated tells the front door how often each operation may be called.
func rated(list []wire.Operation) {
	for i := range list {
		r, ok := rates[list[i].Name]
		if !ok {
			r = unpublished
		}
		list[i].Rate, list[i].Burst = r.perSecond, r.burst
	}
}
