package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// gen makes up calls: most of them make sense in the model's world as it is, some do not.
type gen struct {
	*rand.Rand
	w       *world
	n       int // the number of the last call
	opening []func() call
	total   float64
}

// newGen starts with the calls that give the others something to work on.
func newGen(seed uint64, w *world) *gen {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, 1)), w: w}
	g.opening = append(g.opening, func() call { return g.make("CreateDomain", object{"name": "main"}) })
	for _, f := range []string{"Text", "Text", "Text", "Number", "Number", "Boolean", "DateTime", "SingleSelect", "SingleSelect", "Url", "User"} {
		g.opening = append(g.opening, func() call { return g.newField(g.w.domains[0], f) })
	}
	for range 5 {
		g.opening = append(g.opening, func() call { return g.putOptions(g.w.domains[0]) })
	}
	g.opening = append(g.opening, func() call { return g.newLayout(g.w.domains[0]) }, func() call { return g.newRule(g.w.domains[0]) })
	for range 3 {
		g.opening = append(g.opening, func() call { return g.newTemplate(g.w.domains[0]) })
	}
	g.opening = append(g.opening, func() call { return g.putEvents(g.w.domains[0]) })
	for _, m := range menu {
		g.total += m.weight
	}
	return g
}

// next makes up the next call.
func (g *gen) next() call {
	if len(g.opening) > 0 && (len(g.w.domains) > 0 || g.n == 0) {
		first := g.opening[0]
		g.opening = g.opening[1:]
		return first()
	}
	d := g.domain()
	x := g.Float64() * g.total
	for _, m := range menu {
		if x -= m.weight; x < 0 {
			return m.make(g, d)
		}
	}
	return g.searchCases(d)
}

// menu is what there is to do, and how often it is done.
var menu []struct {
	weight float64
	make   func(g *gen, d *domain) call
}

// dish adds to the menu.
func dish(weight float64, make func(g *gen, d *domain) call) {
	menu = append(menu, struct {
		weight float64
		make   func(g *gen, d *domain) call
	}{weight, make})
}

// init fills the menu.
func init() {
	dish(10, (*gen).newCase)
	dish(16, (*gen).updateCase)
	dish(1.5, (*gen).deleteCase)
	dish(5, (*gen).getCase)
	dish(14, (*gen).searchCases)
	dish(3, (*gen).auditEvents)
	dish(2, (*gen).casesForContact)
	dish(12, (*gen).newItem)
	dish(3, (*gen).updateItem)
	dish(2, (*gen).deleteItem)
	dish(4, (*gen).searchItems)
	dish(4, (*gen).searchAllItems)
	dish(2, (*gen).tag)
	dish(1, (*gen).untag)
	dish(1, (*gen).listTags)
	dish(0.4, func(g *gen, d *domain) call { return g.newField(d, oneOf(g, fieldTypes)) })
	dish(0.8, (*gen).updateField)
	dish(0.25, (*gen).deleteField)
	dish(0.7, (*gen).batchGetField)
	dish(1, (*gen).putOptions)
	dish(0.7, (*gen).listOptions)
	dish(0.4, (*gen).newLayout)
	dish(0.4, (*gen).updateLayout)
	dish(0.2, (*gen).deleteLayout)
	dish(0.5, func(g *gen, d *domain) call { return g.about(d, "GetLayout", "layoutId", g.layoutID(d)) })
	dish(0.4, (*gen).newTemplate)
	dish(0.8, (*gen).updateTemplate)
	dish(0.15, func(g *gen, d *domain) call { return g.about(d, "DeleteTemplate", "templateId", g.templateID(d)) })
	dish(0.5, func(g *gen, d *domain) call { return g.about(d, "GetTemplate", "templateId", g.templateID(d)) })
	dish(0.5, (*gen).listTemplates)
	dish(0.4, (*gen).newRule)
	dish(0.5, (*gen).updateRule)
	dish(0.3, func(g *gen, d *domain) call { return g.about(d, "DeleteCaseRule", "caseRuleId", g.ruleID(d)) })
	dish(0.5, (*gen).batchGetRule)
	dish(0.6, (*gen).putEvents)
	dish(0.5, func(g *gen, d *domain) call { return g.make("GetCaseEventConfiguration", object{"domainId": d.id}) })
	dish(0.15, func(g *gen, _ *domain) call {
		return g.make("CreateDomain", object{"name": oneOf(g, []string{"side", "second", "main", "other", "fifth", "sixth", ""})})
	})
	dish(0.3, func(g *gen, d *domain) call { return g.make("GetDomain", object{"domainId": d.id}) })
	dish(0.05, (*gen).deleteDomain)
	dish(0.5, (*gen).wrongToken)
	dish(1, (*gen).firstPage)
	dish(4, (*gen).nextPage)
	for _, list := range []string{"ListDomains", "ListFields", "ListLayouts", "ListCaseRules"} {
		dish(0.4, func(g *gen, d *domain) call {
			in := object{"domainId": d.id}
			if list == "ListDomains" {
				in = object{}
			}
			return g.make(list, g.sized(in, 10))
		})
	}
}

// make numbers a call.
func (g *gen) make(op string, in object) call {
	g.n++
	return call{N: g.n, Op: op, In: normal(in).(object)}
}

// about makes a call about one thing of a domain.
func (g *gen) about(d *domain, op, member, id string) call {
	return g.make(op, object{"domainId": d.id, member: id})
}

// chance is true so often.
func (g *gen) chance(p float64) bool { return g.Float64() < p }

// oneOf picks one of a list.
func oneOf[T any](g *gen, list []T) T { return list[g.IntN(len(list))] }

// nobody gives an id that nothing has.
func (g *gen) nobody() string { return symbol("nobody", g.IntN(3)) }

// sized asks for pages of some size, now and then.
func (g *gen) sized(in object, most int) object {
	if g.chance(0.5) {
		in["maxResults"] = 1 + g.IntN(most)
	}
	return in
}

// domain picks a domain, mostly the first, which is never deleted.
func (g *gen) domain() *domain {
	switch {
	case len(g.w.domains) == 0 || g.chance(0.01):
		return &domain{id: g.nobody(), fields: systemFields(0)}
	case g.chance(0.95):
		return g.w.domains[0]
	}
	return oneOf(g, g.free())
}

// free gives the domains that calls may be about: all but the one that is watched.
func (g *gen) free() []*domain {
	return slices.DeleteFunc(slices.Clone(g.w.domains), func(d *domain) bool { return d.name == watchedName })
}

// deleteDomain deletes a domain that is not the first.
func (g *gen) deleteDomain(*domain) call {
	id := g.nobody()
	if all := g.free(); len(all) > 1 {
		id = all[1+g.IntN(len(all)-1)].id
	}
	return g.make("DeleteDomain", object{"domainId": id})
}

// wrongToken makes up a list that would succeed but for its token.
func (g *gen) wrongToken(*domain) call {
	in := object{"nextToken": oneOf(g, []string{"garbage", "«", "e30", "AAAA"})}
	op := oneOf(g, []string{"ListDomains", "ListFields", "ListLayouts", "ListTemplates", "ListCaseRules", "SearchCases", "SearchAllRelatedItems"})
	if op != "ListDomains" {
		in["domainId"] = g.w.domains[0].id
	}
	return g.make(op, in)
}

// fieldTypes are the types that fields can have.
var fieldTypes = []string{"Text", "Number", "Boolean", "DateTime", "SingleSelect", "Url", "User"}

// vocabulary is what texts are made of: few words, so that searches find something.
var vocabulary = []string{
	"broken", "cup", "Cup", "parcel", "late", "refund", "Größe", "GRÖSSE", "naïve", "lost", "42", "e-mail", "ünïcode", "日本", "🎉",
	`"quoted"`, `back\slash`, "semi;colon", "100%", "under_score", "O'Brien", "<b>", "a", "Ωμέγα",
}

// text makes up a text.
func (g *gen) text() string {
	var words []string
	for range 1 + g.IntN(4) {
		words = append(words, oneOf(g, vocabulary))
	}
	switch {
	case g.chance(0.02):
		return ""
	case g.chance(0.02):
		return strings.Repeat(words[0]+" ", 4200/(len([]rune(words[0]))+1)) // some are too long
	}
	return strings.Join(words, " ")
}

// name makes up a name; few enough that names collide.
func (g *gen) name(kind string) string {
	switch {
	case g.chance(0.02):
		return ""
	case g.chance(0.02):
		return "ends with a space "
	case g.chance(0.01):
		return strings.Repeat("x", 101)
	}
	return fmt.Sprintf("%s %d", kind, g.IntN(60))
}

// People that things are done for.
var people = []string{
	"arn:aws:connect:us-east-1:111122223333:instance/i-1/agent/u-1", "arn:aws:connect:us-east-1:111122223333:instance/i-1/agent/u-2",
}

// performer names who does something, now and then.
func (g *gen) performer(in object) object {
	switch g.IntN(4) {
	case 0:
		in["performedBy"] = object{"userArn": oneOf(g, people)}
	case 1:
		in["performedBy"] = object{"customEntity": oneOf(g, []string{"robot", "night shift"})}
	}
	return in
}

// value makes up a value for a field; a few do not fit.
func (g *gen) value(f *field) value {
	kind := f.kind
	if g.chance(0.02) {
		kind = oneOf(g, fieldTypes)
	}
	switch kind {
	case "Number":
		return value{"doubleValue", oneOf(g, []float64{-3, 0, 0.5, 1, 2, 10, 42, 1e6, 1.5e300, 0.1})}
	case "Boolean":
		return value{"booleanValue", g.chance(0.5)}
	case "DateTime":
		return texty(g.instant())
	case "SingleSelect":
		if len(f.options) == 0 || g.chance(0.03) {
			return texty(oneOf(g, []string{"no such option", ""}))
		}
		return texty(str(oneOf(g, f.options), "value"))
	case "Url":
		return texty("https://example.com/" + oneOf(g, []string{"a", "b?c=d", "cup"}))
	case "User":
		return value{"userArnValue", oneOf(g, people)}
	}
	if f.id == "customer_id" && g.chance(0.97) {
		return texty(fmt.Sprintf("arn:aws:profile:us-east-1:111122223333:domains/shop/profiles/%032x", g.IntN(5)))
	}
	return texty(g.text())
}

// instant makes up a time, far from that of the test; few are none.
func (g *gen) instant() string {
	return oneOf(g, []string{
		"2001-02-03T04:05:06Z", "2001-02-03T05:05:06+01:00", "2001-02-03T04:05:06.789Z", "2010-10-10", "2151-01-01T00:00:00Z", "2151-01-01",
		"2160-06-01T12:00:00.123456Z", "2019-12-31T23:59:59-08:00", "1969-07-20T20:17:40Z", "yesterday",
	})
}

// fieldID picks a field of a domain: most often one that callers may set.
func (g *gen) fieldID(d *domain) string {
	if g.chance(0.01) {
		return g.nobody()
	}
	for range 20 {
		f := oneOf(g, d.fields)
		if f.deleted && g.chance(0.8) {
			continue
		}
		return f.id
	}
	return "title"
}

// selects gives the fields of a domain whose values are chosen from options.
func (d *domain) selects() []*field {
	var out []*field
	for _, f := range d.fields {
		if f.kind == "SingleSelect" && !f.deleted {
			out = append(out, f)
		}
	}
	return out
}
