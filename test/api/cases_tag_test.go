package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
	"github.com/google/go-cmp/cmp"
)

// tagged gives tags in the form of AWS's shapes: pairs of key and value.
func tagged(pairs ...string) map[string]*string {
	tags := map[string]*string{}
	for i := 0; i < len(pairs); i += 2 {
		tags[pairs[i]] = &pairs[i+1]
	}
	return tags
}

// tags reads a resource's tags.
func (s *server) tags(t *testing.T, arn string) map[string]*string {
	t.Helper()
	return got(s.cases.ListTagsForResource(t.Context(), &connectcases.ListTagsForResourceInput{Arn: &arn}))(t).Tags
}

// ownTags gives, by ARN, what reads the tags that a resource of each kind shows itself.
func (s *server) ownTags(t *testing.T, w *world) map[string]func() map[string]*string {
	ctx := t.Context()
	return map[string]func() map[string]*string{
		w.domainARN: func() map[string]*string {
			return got(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: &w.domain}))(t).Tags
		},
		w.domainARN + "/field/" + w.field: func() map[string]*string {
			return got(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &w.domain, Fields: ids(w.field)}))(t).Fields[0].Tags
		},
		w.domainARN + "/field/title": func() map[string]*string {
			return got(s.cases.BatchGetField(ctx, &connectcases.BatchGetFieldInput{DomainId: &w.domain, Fields: ids("title")}))(t).Fields[0].Tags
		},
		w.domainARN + "/layout/" + w.layout: func() map[string]*string { return s.layout(t, w.domain, w.layout).Tags },
		w.domainARN + "/template/" + w.template: func() map[string]*string {
			return got(s.cases.GetTemplate(ctx, &connectcases.GetTemplateInput{DomainId: &w.domain, TemplateId: &w.template}))(t).Tags
		},
		w.domainARN + "/case-rule/" + w.rule: func() map[string]*string { return s.caseRule(t, w.domain, w.rule).Tags },
		*w.arn(): func() map[string]*string {
			return got(s.cases.GetCase(ctx, &connectcases.GetCaseInput{DomainId: &w.domain, CaseId: &w.caseID, Fields: ids("title")}))(t).Tags
		},
		*w.arn() + "/related-item/" + w.item: func() map[string]*string {
			return s.relatedItems(t, w.domain, w.caseID, 25, &types.RelatedItemTypeFilterMemberComment{})[0].Tags
		},
	}
}

func TestEachKindOfResourceIsTagged(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		for arn, own := range s.ownTags(t, w) {
			born := tagged()
			if arn == *w.arn() {
				born = tagged("team", "refunds") // from its template
			}
			check := func(step string, want map[string]*string) {
				t.Helper()
				for k, v := range born {
					want[k] = v
				}
				for how, tags := range map[string]map[string]*string{"ListTagsForResource": s.tags(t, arn), "the resource": own()} {
					if diff := cmp.Diff(want, tags); diff != "" {
						t.Errorf("%s: %s: %s shows %s", arn, step, how, diff)
					}
				}
			}
			check("at first", tagged())
			got(s.cases.TagResource(ctx, &connectcases.TagResourceInput{Arn: &arn, Tags: tagged("colour", "red", "Größe", "", "a b/c:d=e+f-g@h_i.j", "1")}))(t)
			check("tagged", tagged("colour", "red", "Größe", "", "a b/c:d=e+f-g@h_i.j", "1"))
			got(s.cases.TagResource(ctx, &connectcases.TagResourceInput{Arn: &arn, Tags: tagged("colour", "blue", "new", "2")}))(t)
			check("tagged again", tagged("colour", "blue", "Größe", "", "a b/c:d=e+f-g@h_i.j", "1", "new", "2"))
			got(s.cases.UntagResource(ctx, &connectcases.UntagResourceInput{Arn: &arn, TagKeys: []string{"colour", "never", "new"}}))(t)
			check("untagged", tagged("Größe", "", "a b/c:d=e+f-g@h_i.j", "1"))
		}
	})
}

func TestTagCallsAreRefused(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		w, ctx := s.newWorld(t), t.Context()
		arn := w.domainARN
		tag := func(tags map[string]*string) error {
			return only(s.cases.TagResource(ctx, &connectcases.TagResourceInput{Arn: &arn, Tags: tags}))
		}
		untag := func(keys ...string) error {
			return only(s.cases.UntagResource(ctx, &connectcases.UntagResourceInput{Arn: &arn, TagKeys: keys}))
		}
		many, keys := tagged(), []string{}
		for i := range 51 {
			many[fmt.Sprint("tag-", i)] = new("x")
			keys = append(keys, "a"+strings.Repeat("b", i))
		}
		const bad = "ValidationException"
		refuse(t, []refusal{
			{"51 tags", tag(many), bad, 400, ""},
			{"AWS's key", tag(tagged("aws:cases", "x")), bad, 400, ""},
			{"AWS's key in capitals", tag(tagged("AWS:cases", "x")), bad, 400, ""},
			{"long key", tag(tagged(strings.Repeat("k", 129), "x")), bad, 400, ""},
			{"long value", tag(tagged("k", strings.Repeat("v", 257))), bad, 400, ""},
			{"untag 51", untag(keys...), bad, 400, ""},
		})
		delete(many, "tag-50")
		if err := tag(many); err != nil {
			t.Error(err)
		}
		refuse(t, []refusal{{"one more than 50", tag(tagged("tag-50", "x")), bad, 400, ""}})
		if n := len(s.tags(t, arn)); n != 50 {
			t.Errorf("got %d tags, want 50", n)
		}
		about := func(other, code string, status int) {
			refuse(t, []refusal{
				{"list " + other, only(s.cases.ListTagsForResource(ctx, &connectcases.ListTagsForResourceInput{Arn: &other})), code, status, ""},
				{"tag " + other, only(s.cases.TagResource(ctx, &connectcases.TagResourceInput{Arn: &other, Tags: tagged("a", "b")})), code, status, ""},
				{"untag " + other, only(s.cases.UntagResource(ctx, &connectcases.UntagResourceInput{Arn: &other, TagKeys: []string{"a"}})), code, status, ""},
			})
		}
		for _, other := range []string{"the domain", strings.Replace(arn, ":cases:", ":connect:", 1), arn + "/poem/" + nowhere, arn + "/case", strings.TrimSuffix(arn, w.domain)} {
			about(other, bad, 400)
		}
		for _, other := range []string{
			strings.Replace(arn, region, "eu-west-2", 1), strings.Replace(arn, account, "999999999999", 1), arn + "/layout/" + nowhere, arn + "/template/" + nowhere, arn + "/case-rule/" + nowhere, arn + "/field/" + nowhere,
			arn + "/case/" + nowhere, *w.arn() + "/related-item/" + nowhere, strings.Replace(*w.arn(), w.domain, nowhere, 1), arn + "/case/" + w.item,
		} {
			about(other, "ResourceNotFoundException", 404)
		}
	})
}
