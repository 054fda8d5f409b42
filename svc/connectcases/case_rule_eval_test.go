package connectcases_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/casestream/casestream/svc/connectcases"
)

// dice draws configurations and cases.
type dice struct{ *rand.Rand }

// one picks one of a list.
func one[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// diceFields are the fields of the random cases: some types twice, so that rules meet.
var diceFields = []*connectcases.Field{
	diceField("t1", "Text"), diceField("t2", "Text"), diceField("n1", "Number"), diceField("b1", "Boolean"),
	diceField("s1", "SingleSelect"), diceField("s2", "SingleSelect"), diceField("u1", "User"),
	{Entry: connectcases.Entry{ID: "gone", Deleted: true}, Type: "Text"},
}

// diceField makes a field of a type.
func diceField(id, kind string) *connectcases.Field {
	return &connectcases.Field{Entry: connectcases.Entry{ID: id}, Type: kind}
}

// values draws the values of a case.
func (d dice) values() []connectcases.FieldValue {
	list := []connectcases.FieldValue{}
	for _, f := range diceFields {
		var v connectcases.Value
		switch f.Type {
		case "Number":
			v = connectcases.Value{Kind: connectcases.Double, Number: float64(d.IntN(2))}
		case "Boolean":
			v = connectcases.Value{Kind: connectcases.Boolean, Bool: d.IntN(2) == 0}
		case "User":
			v = connectcases.Value{Kind: connectcases.UserARN, Text: one(d, "x", "y")}
		default:
			v = connectcases.Value{Kind: connectcases.String, Text: one(d, "x", "y", "")}
		}
		if d.IntN(3) > 0 {
			list = append(list, connectcases.FieldValue{ID: f.ID, Value: v})
		}
	}
	return list
}

// conditions draws conditions, down to a level.
func (d dice) conditions(least, level int) []connectcases.Condition {
	list := []connectcases.Condition{}
	for range least + d.IntN(3) {
		var c connectcases.Condition
		if level > 1 && d.IntN(3) == 0 {
			c = one(d, connectcases.Condition{AndAll: d.conditions(1, level-1)}, connectcases.Condition{OrAll: d.conditions(1, level-1)})
		} else {
			cmp := &connectcases.Comparison{FieldID: one(d, diceFields...).ID, Result: d.IntN(2) == 0}
			text, number, yes := one(d, "x", "y"), float64(d.IntN(2)), d.IntN(2) == 0
			switch d.IntN(4) {
			case 0:
				cmp.Text = &text
			case 1:
				cmp.Number = &number
			case 2:
				cmp.Bool = &yes
			}
			c = one(d, connectcases.Condition{EqualTo: cmp}, connectcases.Condition{NotEqualTo: cmp})
		}
		list = append(list, c)
	}
	return list
}

// judgement draws rules, a template that they are attached to, and a case before and after a change.
func (d dice) judgement() connectcases.Judgement {
	j := connectcases.Judgement{Fields: diceFields, Now: d.values()}
	if d.IntN(2) == 0 {
		j.Was = d.values()
	}
	for n := range d.IntN(5) {
		r := &connectcases.CaseRule{Entry: connectcases.Entry{ID: fmt.Sprint("r", n), Deleted: d.IntN(8) == 0}}
		tr := connectcases.TemplateRule{CaseRuleID: r.ID}
		if d.IntN(8) > 0 {
			id := one(d, diceFields...).ID
			tr.FieldID = &id
		}
		body := &connectcases.BooleanRule{Default: d.IntN(2) == 0, Conditions: d.conditions(0, 2)}
		switch d.IntN(3) {
		case 0:
			r.Rule.Required = body
		case 1:
			r.Rule.Hidden = body
		default:
			r.Rule.FieldOptions = &connectcases.OptionsRule{ParentID: "s1", ChildID: "s2"}
			for _, parent := range []string{"x", "y", ""} {
				if d.IntN(3) > 0 {
					r.Rule.FieldOptions.Mappings = append(r.Rule.FieldOptions.Mappings, connectcases.OptionMapping{
						Parent: parent, Children: one(d, nil, []string{"x"}, []string{"x", "y"}, []string{"y", ""}),
					})
				}
			}
		}
		j.Rules = append(j.Rules, r)
		j.Template.Rules = append(j.Template.Rules, tr)
	}
	for _, f := range diceFields {
		if d.IntN(6) == 0 {
			j.Template.Required = append(j.Template.Required, f.ID)
		}
	}
	return j
}

// naive reads rules word for word, case by case, with maps and no preparation.
type naive map[string]connectcases.Value

// reading makes the naive form of values; the empty text is no value.
func reading(list []connectcases.FieldValue) naive {
	n := make(naive)
	for _, f := range list {
		text := f.Value.Kind == connectcases.String || f.Value.Kind == connectcases.UserARN
		if !text || f.Value.Text != "" {
			n[f.ID] = f.Value
		}
	}
	return n
}

// verdicts gives the result of each condition that holds, in order.
func (n naive) verdicts(list []connectcases.Condition) (results []bool) {
	for _, c := range list {
		switch {
		case c.AndAll != nil && len(n.verdicts(c.AndAll)) == len(c.AndAll), c.OrAll != nil && len(n.verdicts(c.OrAll)) > 0:
			first := append(slices.Clone(c.AndAll), c.OrAll...)[0]
			if first.EqualTo != nil {
				results = append(results, first.EqualTo.Result)
			} else {
				results = append(results, first.NotEqualTo.Result)
			}
		case c.EqualTo != nil && n.is(c.EqualTo):
			results = append(results, c.EqualTo.Result)
		case c.NotEqualTo != nil && !n.is(c.NotEqualTo):
			results = append(results, c.NotEqualTo.Result)
		}
	}
	return results
}

// is says whether a field has the value of a comparison.
func (n naive) is(c *connectcases.Comparison) bool {
	v, has := n[c.FieldID]
	if c.Text == nil && c.Number == nil && c.Bool == nil {
		return !has
	}
	return has && (c.Text != nil && v.Kind != connectcases.Double && v.Kind != connectcases.Boolean && v.Text == *c.Text ||
		c.Number != nil && v.Kind == connectcases.Double && v.Number == *c.Number || c.Bool != nil && v.Kind == connectcases.Boolean && v.Bool == *c.Bool)
}

// says gives what a rule comes to.
func (n naive) says(r *connectcases.BooleanRule) bool {
	if results := n.verdicts(r.Conditions); len(results) > 0 {
		return results[0]
	}
	return r.Default
}

// wrong lists what is wrong with a case: fields that must have a value, and pairs of options.
func (n naive) wrong(j connectcases.Judgement) (list []string) {
	var hidden []string
	required := slices.Clone(j.Template.Required)
	for i, r := range j.Rules {
		on := j.Template.Rules[i].FieldID
		switch {
		case r.Deleted:
		case r.Rule.Hidden != nil && on != nil && n.says(r.Rule.Hidden):
			hidden = append(hidden, *on)
		case r.Rule.Required != nil && on != nil && n.says(r.Rule.Required):
			required = append(required, *on)
		case r.Rule.FieldOptions != nil:
			parent, child := n["s1"].Text, n["s2"].Text
			for _, m := range r.Rule.FieldOptions.Mappings {
				if m.Parent == parent && child != "" && !slices.Contains(m.Children, child) {
					list = append(list, "option "+parent+" "+child)
				}
			}
		}
	}
	for _, id := range required {
		if _, has := n[id]; !has && id != "gone" && !slices.Contains(hidden, id) {
			list = append(list, id)
		}
	}
	return list
}

// FuzzRules compares the evaluation of rules with a naive reading: random rules on random cases.
func FuzzRules(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		j := dice{rand.New(rand.NewPCG(seed, 1))}.judgement()
		want := reading(j.Now).wrong(j)
		if j.Was != nil {
			before := reading(j.Was).wrong(j)
			want = slices.DeleteFunc(want, func(w string) bool { return slices.Contains(before, w) })
		}
		err := j.Judge()
		if (err != nil) != (len(want) > 0) {
			t.Fatalf("%v, want %v", err, want)
		}
		for _, w := range want {
			if !strings.HasPrefix(w, "option ") && !strings.Contains(err.Error(), w) {
				t.Errorf("%v does not name %s", err, w)
			}
		}
	})
}
