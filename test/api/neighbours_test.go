package api_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/connect"
	connecttypes "github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/aws/aws-sdk-go-v2/service/customerprofiles"
	"github.com/aws/aws-sdk-go-v2/service/customerprofiles/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

// instance makes a Connect instance and gives its id and ARN.
func (s *server) instance(t *testing.T, alias string) (id, arn string) {
	t.Helper()
	out := got(s.connect.CreateInstance(t.Context(), &connect.CreateInstanceInput{
		IdentityManagementType: connecttypes.DirectoryTypeConnectManaged, InstanceAlias: &alias, InboundCallsEnabled: new(true), OutboundCallsEnabled: new(false),
	}))(t)
	return *out.Id, *out.Arn
}

func TestInstanceIsCreatedDescribedListedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, alias := t.Context(), name("instance")
		id, arn := s.instance(t, alias)
		if !uuid.MatchString(id) || arn != "arn:aws:connect:us-east-1:111122223333:instance/"+id {
			t.Errorf("got id %s and ARN %s", id, arn)
		}
		d := got(s.connect.DescribeInstance(ctx, &connect.DescribeInstanceInput{InstanceId: &id}))(t).Instance
		if *d.Id != id || *d.Arn != arn || *d.InstanceAlias != alias || d.InstanceStatus != connecttypes.InstanceStatusActive || !*d.InboundCallsEnabled || *d.OutboundCallsEnabled ||
			d.IdentityManagementType != connecttypes.DirectoryTypeConnectManaged || time.Since(*d.CreatedTime).Abs() > time.Minute || deref(d.ServiceRole) == "" {
			t.Errorf("got %+v", d)
		}
		for range 2 {
			s.instance(t, name("instance"))
		}
		all := walk(t, 2, func(i connecttypes.InstanceSummary) string { return *i.Id }, func(ctx context.Context, token *string) ([]connecttypes.InstanceSummary, *string, error) {
			out, err := s.connect.ListInstances(ctx, &connect.ListInstancesInput{MaxResults: new(int32(2)), NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return out.InstanceSummaryList, out.NextToken, nil
		})
		if i := slices.IndexFunc(all, func(i connecttypes.InstanceSummary) bool { return *i.Id == id }); i < 0 || *all[i].InstanceAlias != alias || len(all) < 3 {
			t.Errorf("got %d instances, ours at %d", len(all), i)
		}
		got(s.connect.DeleteInstance(ctx, &connect.DeleteInstanceInput{InstanceId: &id}))(t)
		create := func(edit func(*connect.CreateInstanceInput)) error {
			in := &connect.CreateInstanceInput{IdentityManagementType: connecttypes.DirectoryTypeConnectManaged, InstanceAlias: new(name("instance")), InboundCallsEnabled: new(true), OutboundCallsEnabled: new(true)}
			edit(in)
			return only(s.connect.CreateInstance(ctx, in))
		}
		taken := name("instance")
		s.instance(t, taken)
		refuse(t, []refusal{
			{"deleted", only(s.connect.DescribeInstance(ctx, &connect.DescribeInstanceInput{InstanceId: &id})), "ResourceNotFoundException", 404, ""},
			{"deleted twice", only(s.connect.DeleteInstance(ctx, &connect.DeleteInstanceInput{InstanceId: &id})), "ResourceNotFoundException", 404, ""},
			{"alias taken", create(func(in *connect.CreateInstanceInput) { in.InstanceAlias = &taken }), "InvalidRequestException", 400, ""},
			{"bad alias", create(func(in *connect.CreateInstanceInput) { in.InstanceAlias = new("d-1") }), "InvalidRequestException", 400, ""},
			{"bad identity management", create(func(in *connect.CreateInstanceInput) { in.IdentityManagementType = "NONE" }), "InvalidRequestException", 400, ""},
			{"page too large", only(s.connect.ListInstances(ctx, &connect.ListInstancesInput{MaxResults: new(int32(11))})), "InvalidRequestException", 400, ""},
		})
	})
}

func TestCreateInstanceIsIdempotentByItsToken(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		in := &connect.CreateInstanceInput{
			IdentityManagementType: connecttypes.DirectoryTypeConnectManaged, InstanceAlias: new(name("instance")), InboundCallsEnabled: new(true), OutboundCallsEnabled: new(true), ClientToken: new(name("token")),
		}
		first, again := got(s.connect.CreateInstance(t.Context(), in))(t), got(s.connect.CreateInstance(t.Context(), in))(t)
		if *first.Id != *again.Id || *first.Arn != *again.Arn {
			t.Errorf("got %s, then %s", *first.Id, *again.Id)
		}
	})
}

func TestCasesDomainIsAssociatedWithAnInstanceOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx := t.Context()
		id, arn := s.instance(t, name("instance"))
		associate := func(kind connecttypes.IntegrationType, to string) (*connect.CreateIntegrationAssociationOutput, error) {
			return s.connect.CreateIntegrationAssociation(ctx, &connect.CreateIntegrationAssociationInput{InstanceId: &id, IntegrationType: kind, IntegrationArn: &to})
		}
		const cases, events = connecttypes.IntegrationTypeCasesDomain, connecttypes.IntegrationTypeEvent
		const domain, bus = "arn:aws:cases:us-east-1:111122223333:domain/" + nowhere, "arn:aws:app-integrations:us-east-1:111122223333:event-integration/x"
		made := got(associate(cases, domain))(t)
		if *made.IntegrationAssociationArn != arn+"/integration-association/"+*made.IntegrationAssociationId {
			t.Errorf("got %+v", made)
		}
		got(associate(events, bus))(t)
		refuse(t, []refusal{
			{"the same again", only(associate(cases, domain)), "DuplicateResourceException", 409, ""},
			{"another domain", only(associate(cases, domain[:len(domain)-1]+"1")), "DuplicateResourceException", 409, ""},
			{"bad type", only(associate("POEM", domain)), "InvalidRequestException", 400, ""},
			{"bad ARN", only(associate(cases, "a domain")), "InvalidRequestException", 400, ""},
			{"unknown instance", only(s.connect.CreateIntegrationAssociation(ctx, &connect.CreateIntegrationAssociationInput{InstanceId: new(nowhere), IntegrationType: cases, IntegrationArn: new(domain)})), "ResourceNotFoundException", 404, ""},
		})
		list := func(kind connecttypes.IntegrationType) (arns []string) {
			t.Helper()
			all := walk(t, 1, func(i connecttypes.IntegrationAssociationSummary) string { return *i.IntegrationAssociationId }, func(ctx context.Context, token *string) ([]connecttypes.IntegrationAssociationSummary, *string, error) {
				out, err := s.connect.ListIntegrationAssociations(ctx, &connect.ListIntegrationAssociationsInput{InstanceId: &id, IntegrationType: kind, MaxResults: new(int32(1)), NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return out.IntegrationAssociationSummaryList, out.NextToken, nil
			})
			for _, a := range all {
				if *a.InstanceId != id {
					t.Errorf("got %+v", a)
				}
				arns = append(arns, *a.IntegrationArn)
			}
			slices.Sort(arns)
			return arns
		}
		if diff := cmp.Diff([]string{bus, domain}, list("")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{domain}, list(cases)); diff != "" {
			t.Error(diff)
		}
		got(s.connect.DeleteIntegrationAssociation(ctx, &connect.DeleteIntegrationAssociationInput{InstanceId: &id, IntegrationAssociationId: made.IntegrationAssociationId}))(t)
		if diff := cmp.Diff([]string(nil), list(cases)); diff != "" {
			t.Error(diff)
		}
	})
}

// profilesDomain makes a domain of Customer Profiles.
func (s *server) profilesDomain(t *testing.T) string {
	t.Helper()
	n := name("profiles")
	got(s.profiles.CreateDomain(t.Context(), &customerprofiles.CreateDomainInput{DomainName: &n, DefaultExpirationDays: new(int32(366))}))(t)
	return n
}

func TestProfilesDomainIsCreatedAndIntegrated(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), s.profilesDomain(t)
		for range 3 {
			got(s.profiles.CreateProfile(ctx, &customerprofiles.CreateProfileInput{DomainName: &n, FirstName: new("Jane")}))(t)
		}
		d := got(s.profiles.GetDomain(ctx, &customerprofiles.GetDomainInput{DomainName: &n}))(t)
		if *d.DomainName != n || *d.DefaultExpirationDays != 366 || time.Since(*d.CreatedAt).Abs() > time.Minute || d.Stats == nil || d.Stats.ProfileCount != 3 {
			t.Errorf("got %+v", d)
		}
		_, arn := s.instance(t, name("instance"))
		put := got(s.profiles.PutIntegration(ctx, &customerprofiles.PutIntegrationInput{DomainName: &n, Uri: &arn, ObjectTypeName: new("CTR")}))(t)
		read := got(s.profiles.GetIntegration(ctx, &customerprofiles.GetIntegrationInput{DomainName: &n, Uri: &arn}))(t)
		if *put.Uri != arn || *read.Uri != arn || deref(read.ObjectTypeName) != "CTR" || *read.DomainName != n {
			t.Errorf("got %+v, then %+v", put, read)
		}
		const bad, missing = "BadRequestException", "ResourceNotFoundException"
		refuse(t, []refusal{
			{"name taken", only(s.profiles.CreateDomain(ctx, &customerprofiles.CreateDomainInput{DomainName: &n, DefaultExpirationDays: new(int32(1))})), bad, 400, ""},
			{"bad name", only(s.profiles.CreateDomain(ctx, &customerprofiles.CreateDomainInput{DomainName: new("my domain"), DefaultExpirationDays: new(int32(1))})), bad, 400, ""},
			{"no day", only(s.profiles.CreateDomain(ctx, &customerprofiles.CreateDomainInput{DomainName: new(name("profiles")), DefaultExpirationDays: new(int32(0))})), bad, 400, ""},
			{"unknown domain", only(s.profiles.GetDomain(ctx, &customerprofiles.GetDomainInput{DomainName: new(nowhere)})), missing, 404, ""},
			{"integration of an unknown domain", only(s.profiles.PutIntegration(ctx, &customerprofiles.PutIntegrationInput{DomainName: new(nowhere), Uri: &arn, ObjectTypeName: new("CTR")})), missing, 404, ""},
			{"unknown integration", only(s.profiles.GetIntegration(ctx, &customerprofiles.GetIntegrationInput{DomainName: &n, Uri: new(arn + "x")})), missing, 404, ""},
			{"profile in an unknown domain", only(s.profiles.CreateProfile(ctx, &customerprofiles.CreateProfileInput{DomainName: new(nowhere), FirstName: new("Jane")})), missing, 404, ""},
		})
	})
}

func TestProfilesAreFoundByTheirKeys(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), s.profilesDomain(t)
		made := map[string]string{}
		for i, first := range []string{"Jane", "John", "Jane"} {
			out := got(s.profiles.CreateProfile(ctx, &customerprofiles.CreateProfileInput{
				DomainName: &n, FirstName: &first, LastName: new("Doe"), EmailAddress: new(fmt.Sprintf("p%d@example.com", i)),
				PhoneNumber: new("+15555550100"), AccountNumber: new(fmt.Sprint("A", i)), Attributes: map[string]string{"tier": fmt.Sprint(i)},
			}))(t)
			if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(*out.ProfileId) {
				t.Errorf("got profile id %q", *out.ProfileId)
			}
			made[*out.ProfileId] = fmt.Sprint(i)
			if i == 0 {
				made["first"] = *out.ProfileId
			}
		}
		search := func(operator types.LogicalOperator, key string, values []string, more ...types.AdditionalSearchKey) string {
			t.Helper()
			all := walk(t, 2, func(p types.Profile) string { return *p.ProfileId }, func(ctx context.Context, token *string) ([]types.Profile, *string, error) {
				out, err := s.profiles.SearchProfiles(ctx, &customerprofiles.SearchProfilesInput{DomainName: &n, KeyName: &key, Values: values, AdditionalSearchKeys: more, LogicalOperator: operator, MaxResults: new(int32(2)), NextToken: token})
				if err != nil {
					return nil, nil, err
				}
				return out.Items, out.NextToken, nil
			})
			var found []string
			for _, p := range all {
				i := made[*p.ProfileId]
				if deref(p.AccountNumber) != "A"+i || deref(p.LastName) != "Doe" || p.Attributes["tier"] != i {
					t.Errorf("got %+v", p)
				}
				found = append(found, i)
			}
			slices.Sort(found)
			return strings.Join(found, " ")
		}
		also := types.AdditionalSearchKey{KeyName: new("_email"), Values: []string{"p2@example.com"}}
		for _, row := range []struct{ got, want string }{
			{search("", "_account", []string{"A1"}), "1"},
			{search("", "_profileId", []string{made["first"]}), "0"},
			{search("", "_fullName", []string{"Jane Doe"}), "0 2"},
			{search("", "_phone", []string{"+15555550100"}), "0 1 2"},
			{search("", "_email", []string{"nobody@example.com"}), ""},
			{search(types.LogicalOperatorAnd, "_fullName", []string{"Jane Doe"}, also), "2"},
			{search(types.LogicalOperatorOr, "_account", []string{"A1"}, also), "1 2"},
		} {
			if row.got != row.want {
				t.Errorf("found %q, want %q", row.got, row.want)
			}
		}
		refuse(t, []refusal{
			{"no value", only(s.profiles.SearchProfiles(ctx, &customerprofiles.SearchProfilesInput{DomainName: &n, KeyName: new("_email"), Values: []string{strings.Repeat("x", 256)}})), "BadRequestException", 400, ""},
			{"unknown domain", only(s.profiles.SearchProfiles(ctx, &customerprofiles.SearchProfilesInput{DomainName: new(nowhere), KeyName: new("_email"), Values: []string{"x"}})), "ResourceNotFoundException", 404, ""},
		})
	})
}

func TestProfileIsUpdatedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		ctx, n := t.Context(), s.profilesDomain(t)
		id := got(s.profiles.CreateProfile(ctx, &customerprofiles.CreateProfileInput{DomainName: &n, FirstName: new("Jane"), LastName: new("Doe"), EmailAddress: new("old@example.com")}))(t).ProfileId
		find := func(key, value string) []types.Profile {
			t.Helper()
			return got(s.profiles.SearchProfiles(ctx, &customerprofiles.SearchProfilesInput{DomainName: &n, KeyName: &key, Values: []string{value}}))(t).Items
		}
		got(s.profiles.UpdateProfile(ctx, &customerprofiles.UpdateProfileInput{DomainName: &n, ProfileId: id, LastName: new(""), EmailAddress: new("new@example.com")}))(t)
		found := find("_email", "new@example.com")
		if len(found) != 1 || deref(found[0].FirstName) != "Jane" || deref(found[0].LastName) != "" || len(find("_email", "old@example.com")) != 0 {
			t.Errorf("got %+v", found)
		}
		got(s.profiles.DeleteProfile(ctx, &customerprofiles.DeleteProfileInput{DomainName: &n, ProfileId: id}))(t)
		if left := find("_profileId", *id); len(left) != 0 {
			t.Errorf("got %+v", left)
		}
		refuse(t, []refusal{
			{"update", only(s.profiles.UpdateProfile(ctx, &customerprofiles.UpdateProfileInput{DomainName: &n, ProfileId: id, FirstName: new("x")})), "ResourceNotFoundException", 404, ""},
			{"delete", only(s.profiles.DeleteProfile(ctx, &customerprofiles.DeleteProfileInput{DomainName: &n, ProfileId: id})), "ResourceNotFoundException", 404, ""},
		})
	})
}

func TestCallerLearnsItsIdentity(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		out := got(s.sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}))(t)
		if *out.Account != account || !strings.HasPrefix(*out.Arn, "arn:aws:iam::111122223333:") || deref(out.UserId) == "" {
			t.Errorf("got account %s, ARN %s, user id %s", *out.Account, *out.Arn, deref(out.UserId))
		}
	})
}
