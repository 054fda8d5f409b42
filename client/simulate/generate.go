package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/casestream/casestream/client"
)

// object is a JSON object.
type object = client.Object

// Generator makes cases out of a seed: the same ones for the same seed and world, whoever asks and in
// whatever order. It may be used by several goroutines.
type Generator struct {
	seed      uint64
	world     *World
	templates []Template
}

// NewGenerator makes one. The world must not be changed afterwards.
func NewGenerator(seed uint64, w *World) *Generator {
	return &Generator{seed: seed, world: w, templates: Templates()}
}

// draw gives the source of chance of a case.
func (g *Generator) draw(i int) writer { return writer{rand.New(rand.NewPCG(g.seed, uint64(i)))} }

// epoch is what times in fields are counted from: the clock would make two runs differ.
var epoch = time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)

// Case gives the input of CreateCase for the i-th case.
func (g *Generator) Case(i int) client.Object {
	w := g.draw(i)
	return g.newCase(w, i)
}

// newCase draws the input of CreateCase.
func (g *Generator) newCase(w writer, i int) object {
	t := g.templates[w.rank(len(g.templates))]
	reason := t.reason
	if w.chance(20) {
		reason = reasons[w.IntN(len(reasons))].Value
	}
	fields := []object{
		text("title", w.title()), text("customer_id", g.customer(w)), text("case_reason", reason),
	}
	if w.chance(60) {
		fields = append(fields, text("summary", w.summary()))
	}
	if w.chance(30) {
		fields = append(fields, text("assigned_queue", g.world.queue(w.rank(queues))))
	}
	for _, f := range []struct {
		name    string
		percent int
	}{
		{fieldProduct, 80},
		{fieldRegion, 90},
		{fieldPriority, 70},
		{fieldOrder, 75},
		{fieldQuote, 40},
		{fieldAmount, 50},
		{fieldDue, 25},
		{fieldTracking, 20},
		{fieldOwner, 35},
	} {
		required := false
		for _, name := range t.Required {
			required = required || name == f.name
		}
		if w.chance(f.percent) || required {
			fields = append(fields, g.value(w, f.name, i))
		}
	}
	in := object{"templateId": g.world.Templates[t.Name], "fields": fields}
	if w.chance(50) {
		in["performedBy"] = object{"userArn": g.world.agent(w.rank(agents))}
	}
	if w.chance(15) {
		in["tags"] = object{"channel": w.of(channels)}
	}
	return in
}

// regions are the options of Region.
var regions = options(cities)

// customer draws who it is about: most write once, a few write often.
func (g *Generator) customer(w writer) string {
	n := len(g.world.Customers)
	if w.chance(80) {
		return g.world.Customers[w.IntN(n)]
	}
	return g.world.Customers[w.rank(n)]
}

// channels is how customers come.
var channels = words("phone chat mail shop post")

// value draws a value of a custom field.
func (g *Generator) value(w writer, name string, i int) object {
	id := g.world.Fields[name]
	switch name {
	case fieldProduct:
		return text(id, w.of(things))
	case fieldRegion:
		return text(id, regions[w.rank(len(regions))].Value)
	case fieldPriority:
		return text(id, w.of(priorities))
	case fieldOrder:
		return text(id, order(i))
	case fieldQuote:
		return text(id, w.quote())
	case fieldAmount:
		return object{"id": id, "value": object{"doubleValue": math.Round(math.Exp(w.NormFloat64()+4)*100) / 100}}
	case fieldRating:
		return object{"id": id, "value": object{"doubleValue": float64(5 - w.rank(5))}}
	case fieldRefunded:
		return object{"id": id, "value": object{"booleanValue": w.chance(40)}}
	case fieldDue:
		return text(id, epoch.Add(time.Duration(i+w.IntN(10_000))*time.Minute).Format(time.RFC3339))
	case fieldTracking:
		return text(id, "https://carrier.example/track/"+order(i))
	}
	return object{"id": id, "value": object{"userArnValue": g.world.agent(w.rank(agents))}} // Owner
}

// text gives a field and its value, as the API has them.
func text(field, value string) object {
	return object{"id": field, "value": object{"stringValue": value}}
}
