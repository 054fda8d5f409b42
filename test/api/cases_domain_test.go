package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/connectcases/types"
)

func TestDomainIsCreatedAndRead(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		made := got(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new("support")}))(t)
		if !uuid.MatchString(*made.DomainId) {
			t.Errorf("domain id %q is no UUID", *made.DomainId)
		}
		if want := "arn:aws:cases:us-east-1:111122223333:domain/" + *made.DomainId; *made.DomainArn != want {
			t.Errorf("got ARN %s, want %s", *made.DomainArn, want)
		}
		if made.DomainStatus != types.DomainStatusActive {
			t.Errorf("got status %s", made.DomainStatus)
		}
		read := got(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: made.DomainId}))(t)
		if *read.Name != "support" || *read.DomainArn != *made.DomainArn || *read.DomainId != *made.DomainId || read.DomainStatus != types.DomainStatusActive {
			t.Errorf("got %+v", read)
		}
		if age := time.Since(*read.CreatedTime); age < -time.Second || age > time.Minute {
			t.Errorf("created %v ago", age)
		}
		refuse(t, []refusal{
			{"name taken", only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new("support")})), "ConflictException", 409, ""},
			{"empty name", only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new("")})), "ValidationException", 400, "greater than or equal to 1"},
			{"long name", only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new(strings.Repeat("x", 101))})), "ValidationException", 400, "less than or equal to 100"},
			{"name ending in a space", only(s.cases.CreateDomain(ctx, &connectcases.CreateDomainInput{Name: new("x ")})), "ValidationException", 400, "pattern"},
			{"page too large", only(s.cases.ListDomains(ctx, &connectcases.ListDomainsInput{MaxResults: new(int32(11))})), "ValidationException", 400, "less than or equal to 10"},
			{"page too small", only(s.cases.ListDomains(ctx, &connectcases.ListDomainsInput{MaxResults: new(int32(0))})), "ValidationException", 400, "greater than or equal to 1"},
			{"foreign token", only(s.cases.ListDomains(ctx, &connectcases.ListDomainsInput{NextToken: new("nonsense")})), "ValidationException", 400, ""},
		})
		gone(t, only(s.cases.GetDomain(ctx, &connectcases.GetDomainInput{DomainId: new(nowhere)})), nowhere, "Domain")
	})
}

func TestDomainsAreListedInPagesUpToTheQuota(t *testing.T) {
	alone(t, func(t *testing.T, s *server) {
		want := map[string]string{}
		for _, n := range []string{"e", "d", "c", "b", "a"} {
			made := got(s.cases.CreateDomain(t.Context(), &connectcases.CreateDomainInput{Name: &n}))(t)
			want[*made.DomainArn] = n
		}
		refuse(t, []refusal{{"sixth domain", only(s.cases.CreateDomain(t.Context(), &connectcases.CreateDomainInput{Name: new("f")})), "ServiceQuotaExceededException", 402, ""}})
		all := walk(t, 2, func(d types.DomainSummary) string { return *d.DomainId }, func(ctx context.Context, token *string) ([]types.DomainSummary, *string, error) {
			out, err := s.cases.ListDomains(ctx, &connectcases.ListDomainsInput{MaxResults: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.Domains, out.NextToken, nil
		})
		for _, d := range all {
			if want[*d.DomainArn] != *d.Name {
				t.Errorf("got %s named %s", *d.DomainArn, *d.Name)
			}
			delete(want, *d.DomainArn)
		}
		if len(want) > 0 {
			t.Errorf("missing %v", want)
		}
	})
}
