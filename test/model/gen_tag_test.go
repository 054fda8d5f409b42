package model

import "fmt"

// tagKey makes up the key of a tag.
func (g *gen) tagKey() string { return oneOf(g, []string{"team", "tier", "Team", "a:b/c", "x_y"}) }

// tagValue makes up the value of a tag.
func (g *gen) tagValue() string { return oneOf(g, []string{"", "gold", "silver", "north @ 1"}) }

// tagged picks something that can have tags.
func (g *gen) tagged(d *domain) string {
	switch g.IntN(8) {
	case 0:
		return arn(d.id)
	case 1:
		return arn(d.id, "field", g.fieldID(d))
	case 2:
		return arn(d.id, "layout", g.layoutID(d))
	case 3:
		return arn(d.id, "template", g.templateID(d))
	case 4:
		return arn(d.id, "case-rule", g.ruleID(d))
	case 5:
		if k := g.kase(d); k != nil && len(k.items) > 0 {
			return arn(d.id, "case", k.id, "related-item", oneOf(g, k.items).id)
		}
	}
	if k := g.kase(d); k != nil {
		return arn(d.id, "case", k.id)
	}
	return arn(d.id, "case", g.nobody())
}

// tag makes up TagResource.
func (g *gen) tag(d *domain) call {
	tags := object{}
	for range 1 + g.IntN(2) {
		tags[g.tagKey()] = g.tagValue()
	}
	if g.chance(0.02) {
		for i := range 51 {
			tags[fmt.Sprint("many", i)] = ""
		}
	}
	return g.make("TagResource", object{"arn": g.tagged(d), "tags": tags})
}

// untag makes up UntagResource.
func (g *gen) untag(d *domain) call {
	return g.make("UntagResource", object{"arn": g.tagged(d), "tagKeys": []any{oneOf(g, []string{"team", "tier", "Team", "a:b/c"})}})
}

// listTags makes up ListTagsForResource.
func (g *gen) listTags(d *domain) call {
	return g.make("ListTagsForResource", object{"arn": g.tagged(d)})
}
