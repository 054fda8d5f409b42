package connect_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// create asks for an instance with an alias; further members come in pairs.
func create(alias string, more ...any) request {
	body := object{"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": alias, "InboundCallsEnabled": true, "OutboundCallsEnabled": false}
	for i := 0; i < len(more); i += 2 {
		if body[more[i].(string)] = more[i+1]; more[i+1] == nil {
			delete(body, more[i].(string))
		}
	}
	return request{Op: "CreateInstance", Body: body}
}

// on addresses an operation to an instance.
func on(id any, op string) request {
	return request{Op: op, Labels: map[string]string{"InstanceId": id.(string)}}
}

// uuid is the form of ids.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func TestInstanceIsActiveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		before := time.Now().Add(-time.Second)
		made := d.Do(create("My-Shop", "Tags", object{"team": "blue"}))
		id, _ := made["Id"].(string)
		if !uuid.MatchString(id) {
			t.Errorf("id %q is no UUID", id)
		}
		arn := "arn:aws:connect:us-west-2:111122223333:instance/" + id
		if made["Arn"] != arn {
			t.Errorf("arn = %v, want %s", made["Arn"], arn)
		}
		got := d.Do(on(id, "DescribeInstance"))["Instance"].(object)
		created, _ := got["CreatedTime"].(float64)
		if at := time.UnixMilli(int64(created * 1000)); at.Before(before) || at.After(time.Now().Add(time.Second)) {
			t.Errorf("CreatedTime = %v, want seconds since 1970 of about now", got["CreatedTime"])
		}
		role, _ := got["ServiceRole"].(string)
		if !regexp.MustCompile(`^arn:aws:iam::111122223333:role/aws-service-role/connect\.amazonaws\.com/AWSServiceRoleForAmazonConnect_[0-9A-Za-z]{20}$`).MatchString(role) {
			t.Errorf("ServiceRole = %q", role)
		}
		delete(got, "CreatedTime")
		delete(got, "ServiceRole")
		want := object{
			"Id": id, "Arn": arn, "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "My-Shop", "InstanceStatus": "ACTIVE",
			"InboundCallsEnabled": true, "OutboundCallsEnabled": false, "InstanceAccessUrl": "https://my-shop.my.connect.aws",
			"Tags": object{"team": "blue"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestInstanceWithADirectoryNeedsNoAlias(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		first := d.Do(create("", "InstanceAlias", nil, "IdentityManagementType", "EXISTING_DIRECTORY", "DirectoryId", "d-0123456789"))
		d.Do(create("", "InstanceAlias", nil, "IdentityManagementType", "EXISTING_DIRECTORY", "DirectoryId", "d-9876543210"))
		got := d.Do(on(first["Id"], "DescribeInstance"))["Instance"].(object)
		if _, ok := got["InstanceAlias"]; ok || got["IdentityManagementType"] != "EXISTING_DIRECTORY" {
			t.Errorf("instance = %v", got)
		}
	})
}

func TestInstancesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.Do(create("taken"))
		for _, c := range []struct {
			name, message string
			request       request
		}{
			{"alias in use", "alias is already used", create("taken")},
			{"alias in use but for case", "alias is already used", create("TAKEN")},
			{"alias like a directory", "instanceAlias", create("d-shop")},
			{"alias with an underscore", "instanceAlias", create("my_shop")},
			{"alias too long", "less than or equal to 45", create(strings.Repeat("a", 46))},
			{"alias empty", "greater than or equal to 1", create("")},
			{"alias missing", "InstanceAlias is required", create("", "InstanceAlias", nil)},
			{"directory missing", "DirectoryId is required", create("a", "IdentityManagementType", "EXISTING_DIRECTORY")},
			{"directory malformed", "directoryId", create("a", "DirectoryId", "d-xyz")},
			{"identity type unknown", "enum value set: [SAML, CONNECT_MANAGED, EXISTING_DIRECTORY]", create("a", "IdentityManagementType", "LDAP")},
			{"identity type missing", "identityManagementType", create("a", "IdentityManagementType", nil)},
			{"calls missing", "'inboundCallsEnabled' failed to satisfy constraint: Member must not be null", create("a", "InboundCallsEnabled", nil)},
			{"no tags", "tags", create("a", "Tags", object{})},
			{"tag of AWS", "tags", create("a", "Tags", object{"aws:x": "y"})},
			{"NUL in a tag", "not allowed", create("a", "Tags", object{"x": "y\x00"})},
			{"NUL in the token", "not allowed", create("a", "ClientToken", "\x00")},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(c.request, "InvalidRequestException", 400, c.message)
			})
		}
		if got := aliases(d.Do(request{Op: "ListInstances"})); !slices.Equal(got, []string{"taken"}) {
			t.Errorf("instances %v, want only the first", got)
		}
	})
}

// aliases lists the aliases of a page of instances.
func aliases(page object) []string {
	var list []string
	for _, i := range page["InstanceSummaryList"].([]any) {
		list = append(list, i.(object)["InstanceAlias"].(string))
	}
	return list
}

func TestSameClientTokenGivesTheSameInstance(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		first := d.Do(create("shop", "ClientToken", "once"))
		if again := d.Do(create("shop", "ClientToken", "once")); again["Id"] != first["Id"] || again["Arn"] != first["Arn"] {
			t.Errorf("%v, then %v", first, again)
		}
		d.Refuse(create("other", "ClientToken", "once"), "InvalidRequestException", 400, "ClientToken")
		d.Refuse(create("shop", "ClientToken", "twice"), "InvalidRequestException", 400, "alias")
		d.Do(request{Op: "DeleteInstance", Labels: map[string]string{"InstanceId": first["Id"].(string)}})
		if next := d.Do(create("shop", "ClientToken", "once")); next["Id"] == first["Id"] {
			t.Error("a deleted instance came back")
		}
	})
}

func TestConcurrentTriesMakeOneInstance(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		var wg sync.WaitGroup
		ids := make([]any, 8)
		for n := range ids {
			wg.Go(func() {
				if out, err := d.Try(create("shop", "ClientToken", "once")); err == nil {
					ids[n] = out["Id"]
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id == nil || id != ids[0] {
				t.Fatalf("ids %v, want one", ids)
			}
		}
	})
}

func TestInstancesComeInPages(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		if got := d.Do(request{Op: "ListInstances"}); len(got["InstanceSummaryList"].([]any)) != 0 {
			t.Errorf("list = %v, want an empty one", got)
		}
		for _, alias := range []string{"c", "a", "b"} {
			d.Do(create(alias))
		}
		query := url.Values{"maxResults": {"2"}}
		page := d.Do(request{Op: "ListInstances", Query: query})
		if got := aliases(page); !slices.Equal(got, []string{"c", "a"}) {
			t.Errorf("first page %v", got)
		}
		query.Set("nextToken", page["NextToken"].(string))
		page = d.Do(request{Op: "ListInstances", Query: query})
		if got := aliases(page); !slices.Equal(got, []string{"b"}) || page["NextToken"] != nil {
			t.Errorf("second page %v, token %v", got, page["NextToken"])
		}
		for _, token := range []string{"x", "aW5zdGFuY2VzLwA", "YXNzb2NpYXRpb25zLzE", "%"} {
			d.Refuse(request{Op: "ListInstances", Query: url.Values{"nextToken": {token}}}, "InvalidRequestException", 400, "NextToken")
		}
		d.Refuse(request{Op: "ListInstances", Query: url.Values{"maxResults": {"11"}}}, "InvalidRequestException", 400, "less than or equal to 10")
	})
}

func TestInstanceQuota(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		for _, alias := range []string{"a", "b", "c"} {
			d.Do(create(alias))
		}
		last := d.Do(create("d", "ClientToken", "d"))
		d.Refuse(create("e"), "ServiceQuotaExceededException", 402, "limit")
		if again := d.Do(create("d", "ClientToken", "d")); again["Id"] != last["Id"] {
			t.Errorf("a repeated request at the quota gives %v", again)
		}
	})
}

func TestUnknownInstances(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		gone := d.Do(create("gone"))["Id"]
		d.Do(on(gone, "DeleteInstance"))
		for _, op := range []string{"DescribeInstance", "DeleteInstance", "ListIntegrationAssociations"} {
			for _, id := range []string{gone.(string), "no-id", "0193f4a0-0000-7000-8000-000000000000"} {
				d.Refuse(on(id, op), "ResourceNotFoundException", 404, id)
			}
			for _, id := range []string{"a\x00b", "\xff"} {
				d.Refuse(on(id, op), "InvalidRequestException", 400, "not allowed")
			}
			d.Refuse(on(strings.Repeat("a", 101), op), "InvalidRequestException", 400, "less than or equal to 100")
		}
	})
}

func TestEveryStepOfCreateInstanceMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database storetest.Database) {
		var id any
		storetest.EveryStep(t, database, func(t *testing.T, db *store.DB, arm func()) {
			d := open(t, db)
			arm()
			out, _ := d.Try(create("shop", "ClientToken", "once"))
			id = out["Id"]
			if id != nil {
				d.Try(on(id, "DeleteInstance"))
			}
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			d := open(t, db)
			left := aliases(d.Do(request{Op: "ListInstances"}))
			if failed.Kind != store.StepCommitted && id == nil && len(left) != 0 {
				t.Errorf("after %s: instances %v of a request that failed", failed, left)
			}
			// Whatever failed, the client's next try gives one instance, and it can be removed.
			again := d.Do(create("shop", "ClientToken", "once"))
			if left := aliases(d.Do(request{Op: "ListInstances"})); !slices.Equal(left, []string{"shop"}) {
				t.Errorf("after %s and another try: instances %v", failed, left)
			}
			d.Do(on(again["Id"], "DeleteInstance"))
		})
	})
}
