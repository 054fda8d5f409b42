package connect_test

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// domainARN is a Cases domain's.
const domainARN = "arn:aws:cases:us-west-2:111122223333:domain/1b2c3d4e-0000-4000-8000-000000000001"

// associate asks for an association; further members come in pairs.
func associate(instance any, kind, arn string, more ...any) request {
	r := on(instance, "CreateIntegrationAssociation")
	body := object{"IntegrationType": kind, "IntegrationArn": arn}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	r.Body = body
	return r
}

// list asks for the associations of an instance.
func list(instance any, query ...string) request {
	r := on(instance, "ListIntegrationAssociations")
	r.Query = url.Values{}
	for i := 0; i < len(query); i += 2 {
		r.Query.Set(query[i], query[i+1])
	}
	return r
}

// arns lists the integrations of a page of associations.
func arns(page object) []string {
	list := []string{}
	for _, a := range page["IntegrationAssociationSummaryList"].([]any) {
		list = append(list, a.(object)["IntegrationArn"].(string))
	}
	return list
}

func TestCasesDomainIsAssociatedOnce(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		first, second := d.Do(create("first"))["Id"], d.Do(create("second"))["Id"]
		made := d.Do(associate(first, "CASES_DOMAIN", domainARN))
		id := made["IntegrationAssociationId"]
		want := object{
			"IntegrationAssociationId":  id,
			"IntegrationAssociationArn": "arn:aws:connect:us-west-2:111122223333:instance/" + first.(string) + "/integration-association/" + id.(string),
			"InstanceId":                first, "IntegrationType": "CASES_DOMAIN", "IntegrationArn": domainARN,
		}
		if made["IntegrationAssociationArn"] != want["IntegrationAssociationArn"] {
			t.Errorf("arn = %v", made["IntegrationAssociationArn"])
		}
		if diff := cmp.Diff(object{"IntegrationAssociationSummaryList": []any{want}}, d.Do(list(first))); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		d.Refuse(associate(first, "CASES_DOMAIN", domainARN), "DuplicateResourceException", 409, "already")
		d.Refuse(associate(first, "CASES_DOMAIN", domainARN+"2"), "DuplicateResourceException", 409, "Cases domain")
		d.Do(associate(second, "CASES_DOMAIN", domainARN)) // a domain may serve several instances

		del := on(first, "DeleteIntegrationAssociation")
		del.Labels["IntegrationAssociationId"] = id.(string)
		d.Do(del)
		d.Refuse(del, "ResourceNotFoundException", 404, id.(string))
		d.Do(associate(first, "CASES_DOMAIN", domainARN+"2"))
	})
}

func TestOtherIntegrationsAreKeptAsGiven(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		id := d.Do(create("shop"))["Id"]
		event := "arn:aws:app-integrations:us-west-2:111122223333:event-integration/cases"
		source := []any{"SourceApplicationUrl", "https://example.com", "SourceApplicationName", "My cases", "SourceType", "CASES", "Tags", object{"a": "b"}}
		d.Do(associate(id, "EVENT", event, source...))
		d.Refuse(associate(id, "EVENT", event), "DuplicateResourceException", 409, event)
		got := d.Do(list(id))["IntegrationAssociationSummaryList"].([]any)[0].(object)
		maps.DeleteFunc(got, func(k string, _ any) bool { return !strings.HasPrefix(k, "Source") })
		if diff := cmp.Diff(object{"SourceApplicationUrl": "https://example.com", "SourceApplicationName": "My cases", "SourceType": "CASES"}, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestAssociationsAreFilteredAndPaged(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		id := d.Do(create("shop"))["Id"]
		app := func(n int) string {
			return "arn:aws:app-integrations:us-west-2:111122223333:application/" + strconv.Itoa(n)
		}
		for n := range 3 {
			d.Do(associate(id, "APPLICATION", app(n)))
		}
		d.Do(associate(id, "CASES_DOMAIN", domainARN))
		for _, c := range []struct {
			query []string
			want  []string
		}{
			{nil, []string{app(0), app(1), app(2), domainARN}},
			{[]string{"integrationType", "CASES_DOMAIN"}, []string{domainARN}},
			{[]string{"integrationType", "EVENT"}, []string{}},
			{[]string{"integrationArn", app(1)}, []string{app(1)}},
			{[]string{"integrationType", "CASES_DOMAIN", "integrationArn", app(1)}, []string{}},
		} {
			if diff := cmp.Diff(c.want, arns(d.Do(list(id, c.query...)))); diff != "" {
				t.Errorf("%v: -want +got\n%s", c.query, diff)
			}
		}
		first := d.Do(list(id, "integrationType", "APPLICATION", "maxResults", "2"))
		second := d.Do(list(id, "integrationType", "APPLICATION", "maxResults", "2", "nextToken", first["NextToken"].(string)))
		if diff := cmp.Diff([]string{app(0), app(1), app(2)}, append(arns(first), arns(second)...)); diff != "" || second["NextToken"] != nil {
			t.Errorf("pages: -want +got\n%s, then token %v", diff, second["NextToken"])
		}
		for _, q := range [][]string{{"integrationType", "NOTHING"}, {"maxResults", "101"}, {"maxResults", "0"}, {"nextToken", "aW5zdGFuY2VzLzE"}, {"integrationArn", "\x00"}, {"integrationArn", "\xff"}} {
			d.Refuse(list(id, q...), "InvalidRequestException", 400, "")
		}
	})
}

func TestAssociationsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		id := d.Do(create("shop"))["Id"]
		for _, c := range []struct {
			name, message string
			request       request
		}{
			{"no ARN", "not a valid ARN", associate(id, "EVENT", "queue")},
			{"ARN without end", "not a valid ARN", associate(id, "EVENT", "arn:aws:x:::"+strings.Repeat("a", 2048))},
			{"not a Cases domain", "not the ARN of a Cases domain", associate(id, "CASES_DOMAIN", "arn:aws:sqs:us-west-2:111122223333:orders")},
			{"a case is no domain", "not the ARN of a Cases domain", associate(id, "CASES_DOMAIN", "arn:aws:cases:us-west-2:111122223333:case/1")},
			{"unknown type", "enum value set", associate(id, "CASES", domainARN)},
			{"unknown source", "sourceType", associate(id, "EVENT", domainARN, "SourceType", "SAP")},
			{"source name with a slash", "sourceApplicationName", associate(id, "EVENT", domainARN, "SourceApplicationName", "a/b")},
			{"NUL in the ARN", "not allowed", associate(id, "EVENT", domainARN+"\x00")},
			{"NUL in the source", "not allowed", associate(id, "EVENT", domainARN, "SourceApplicationUrl", "\x00")},
			{"NUL in a tag", "not allowed", associate(id, "EVENT", domainARN, "Tags", object{"a": "\x00"})},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(c.request, "InvalidRequestException", 400, c.message)
			})
		}
		d.Refuse(associate("nobody", "CASES_DOMAIN", domainARN), "ResourceNotFoundException", 404, "nobody")
		if got := arns(d.Do(list(id))); len(got) != 0 {
			t.Errorf("associations %v, want none", got)
		}
	})
}

func TestInstanceGoesWithItsAssociations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database storetest.Database) {
		db := database.Open(t, store.Options{})
		d := open(t, db)
		gone, stays := d.Do(create("gone"))["Id"], d.Do(create("stays"))["Id"]
		d.Do(associate(gone, "CASES_DOMAIN", domainARN))
		d.Do(associate(stays, "CASES_DOMAIN", domainARN))
		d.Do(on(gone, "DeleteInstance"))
		var left int
		if err := db.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Get(`SELECT COUNT(*) FROM connect_association`, nil, &left)
			return err
		}); err != nil || left != 1 {
			t.Errorf("%d associations left, %v; want one", left, err)
		}
		if got := arns(d.Do(list(stays))); len(got) != 1 {
			t.Errorf("the other instance has %v", got)
		}
	})
}

// FuzzListAssociations proves that nothing in a path or a query string gets through to an internal failure.
func FuzzListAssociations(f *testing.F) {
	for _, seed := range [][3]string{{"shop", domainARN, ""}, {"a\x00", "\xff", "YXNzb2NpYXRpb25zLzE"}, {"", "", "YXNzb2NpYXRpb25zLwA"}, {"é", "", "%"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	db := storetest.SQLite(f).Open(f, store.Options{})
	f.Fuzz(func(t *testing.T, id, arn, token string) {
		d := open(t, db)
		_, err := d.Try(request{
			Op: "ListIntegrationAssociations", Labels: map[string]string{"InstanceId": id},
			Query: url.Values{"integrationArn": {arn}, "nextToken": {token}},
		})
		if err == nil || err.Code != "InvalidRequestException" && err.Code != "ResourceNotFoundException" {
			t.Errorf("%q %q %q: %v", id, arn, token, err)
		}
		if strings.ContainsRune(id+arn, 0) && err.Code != "InvalidRequestException" {
			t.Errorf("%q %q was looked for: %v", id, arn, err)
		}
	})
}
