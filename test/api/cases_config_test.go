package api_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

// included gives a configuration with data: fields and, if content, the content of related items.
func included(content bool, fields ...string) *types.EventBridgeConfiguration {
	return &types.EventBridgeConfiguration{Enabled: new(true), IncludedData: &types.EventIncludedData{
		CaseData: &types.CaseEventIncludedData{Fields: ids(fields...)}, RelatedItemData: &types.RelatedItemEventIncludedData{IncludeContent: &content},
	}}
}

func TestEventConfigurationIsReplacedAsAWhole(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		show := func() string {
			t.Helper()
			out := got(s.cases.GetCaseEventConfiguration(ctx, &connectcases.GetCaseEventConfigurationInput{DomainId: &f.domain}))(t).EventBridge
			line := fmt.Sprint("enabled ", *out.Enabled)
			if d := out.IncludedData; d != nil && d.CaseData != nil {
				line += " fields"
				for _, id := range d.CaseData.Fields {
					line += " " + *id.Id
				}
			}
			if d := out.IncludedData; d != nil && d.RelatedItemData != nil {
				line += fmt.Sprint(" content ", *d.RelatedItemData.IncludeContent)
			}
			return line
		}
		if is, want := show(), "enabled false"; is != want {
			t.Errorf("before any put: got %q, want %q", is, want)
		}
		for _, row := range []struct {
			put  *types.EventBridgeConfiguration
			want string
		}{
			{&types.EventBridgeConfiguration{Enabled: new(true)}, "enabled true"},
			{included(true, "status", "title", f.field), "enabled true fields status title " + f.field + " content true"},
			{included(false), "enabled true fields content false"},
			{&types.EventBridgeConfiguration{Enabled: new(true), IncludedData: &types.EventIncludedData{CaseData: &types.CaseEventIncludedData{Fields: ids("status")}}}, "enabled true fields status"},
			{&types.EventBridgeConfiguration{Enabled: new(false)}, "enabled false"},
		} {
			got(s.cases.PutCaseEventConfiguration(ctx, &connectcases.PutCaseEventConfigurationInput{DomainId: &f.domain, EventBridge: row.put}))(t)
			if is := show(); is != row.want {
				t.Errorf("got %q, want %q", is, row.want)
			}
		}
	})
}

func TestEventConfigurationIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		f, ctx := s.inDomain(t), t.Context()
		put := func(domain string, c *types.EventBridgeConfiguration) error {
			return only(s.cases.PutCaseEventConfiguration(ctx, &connectcases.PutCaseEventConfigurationInput{DomainId: &domain, EventBridge: c}))
		}
		many := make([]string, 401)
		for i := range many {
			many[i] = fmt.Sprint("field-", i)
		}
		refuse(t, []refusal{
			{"unknown field", put(f.domain, included(true, "status", nowhere)), "ValidationException", 400, nowhere},
			{"401 fields", put(f.domain, included(true, many...)), "ValidationException", 400, "less than or equal to 400"},
		})
		gone(t, put(nowhere, included(true, "status")), nowhere, "Domain")
		gone(t, only(s.cases.GetCaseEventConfiguration(ctx, &connectcases.GetCaseEventConfigurationInput{DomainId: new(nowhere)})), nowhere, "Domain")
	})
}
