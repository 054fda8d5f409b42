package customerprofiles_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// in addresses an operation to a domain.
func in(domain, op string, body any) request {
	return request{Op: op, Labels: map[string]string{"DomainName": domain}, Body: body}
}

// paged adds page parameters to a request.
func paged(r request, query ...string) request {
	r.Query = url.Values{}
	for i := 0; i < len(query); i += 2 {
		r.Query.Set(query[i], query[i+1])
	}
	return r
}

// newDomain makes a domain.
func (d door) newDomain(name string) {
	d.Helper()
	d.Do(in(name, "CreateDomain", object{"DefaultExpirationDays": 366}))
}

// recent says whether a timestamp is in seconds since 1970, of about now, and takes it out of an answer.
func recent(t *testing.T, answer object, name string) {
	t.Helper()
	seconds, _ := answer[name].(float64)
	if age := time.Since(time.UnixMilli(int64(seconds * 1000))); age < -time.Second || age > time.Minute {
		t.Errorf("%s = %v, want seconds since 1970 of about now", name, answer[name])
	}
	delete(answer, name)
}

func TestDomainIsKeptAsGiven(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		given := object{
			"DefaultExpirationDays": 366.0, "DefaultEncryptionKey": "arn:aws:kms:us-west-2:111122223333:key/1",
			"DeadLetterQueueUrl": "https://sqs.us-west-2.amazonaws.com/111122223333/dead", "Tags": object{"team": "blue"},
			"Matching":          object{"Enabled": true, "JobSchedule": object{"DayOfTheWeek": "SUNDAY", "Time": "12:00"}, "AutoMerging": object{"Enabled": true, "Consolidation": object{"MatchingAttributesList": []any{[]any{"PhoneNumber"}}}, "MinAllowedConfidenceScoreForMerging": 0.5}},
			"RuleBasedMatching": object{"Enabled": true, "MatchingRules": []any{object{"Rule": []any{"EmailAddress"}}}, "MaxAllowedRuleLevelForMatching": 1.0},
			"DataStore":         object{"Enabled": true},
		}
		made := d.Do(in("shop", "CreateDomain", given))
		got := d.Do(in("shop", "GetDomain", nil))
		if diff := cmp.Diff(object{"ProfileCount": 0.0, "MeteringProfileCount": 0.0}, got["Stats"]); diff != "" {
			t.Errorf("Stats: -want +got\n%s", diff)
		}
		delete(got, "Stats")
		given["DomainName"] = "shop"
		given["RuleBasedMatching"].(object)["Status"] = "ACTIVE"
		for _, answer := range []object{made, got} {
			recent(t, answer, "CreatedAt")
			recent(t, answer, "LastUpdatedAt")
			if diff := cmp.Diff(given, answer); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	})
}

func TestDomainsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("taken")
		days := object{"DefaultExpirationDays": 1}
		for _, c := range []struct {
			name, message string
			request       request
		}{
			{"name in use", "already exists", in("taken", "CreateDomain", days)},
			{"name with a space", "regular expression", in("a b", "CreateDomain", days)},
			{"name too long", "less than or equal to 64", in(strings.Repeat("a", 65), "CreateDomain", days)},
			{"days missing", "defaultExpirationDays", in("a", "CreateDomain", object{})},
			{"too many days", "less than or equal to 1098", in("a", "CreateDomain", object{"DefaultExpirationDays": 1099})},
			{"no days", "greater than or equal to 1", in("a", "CreateDomain", object{"DefaultExpirationDays": 0})},
			{"queue too long", "deadLetterQueueUrl", in("a", "CreateDomain", object{"DefaultExpirationDays": 1, "DeadLetterQueueUrl": strings.Repeat("a", 256)})},
			{"NUL in a tag", "not allowed", in("a", "CreateDomain", object{"DefaultExpirationDays": 1, "Tags": object{"a": "\x00"}})},
			{"score that is no number", "not allowed", in("a", "CreateDomain", object{
				"DefaultExpirationDays": 1,
				"Matching":              object{"Enabled": true, "AutoMerging": object{"Enabled": true, "MinAllowedConfidenceScoreForMerging": "NaN"}},
			})},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(c.request, "BadRequestException", 400, c.message)
			})
		}
		for _, name := range []string{"b", "c", "d"} {
			d.newDomain(name)
		}
		d.Refuse(in("e", "CreateDomain", days), "BadRequestException", 400, "limit")
	})
}

// domainNames lists the names of a page of domains.
func domainNames(page object) []string {
	list := []string{}
	for _, i := range page["Items"].([]any) {
		list = append(list, i.(object)["DomainName"].(string))
	}
	return list
}

func TestDomainsComeInPages(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		all := request{Op: "ListDomains"}
		if got := domainNames(d.Do(all)); len(got) != 0 {
			t.Errorf("domains %v, want none", got)
		}
		for _, name := range []string{"c", "a", "b"} {
			d.newDomain(name)
		}
		first := d.Do(paged(all, "max-results", "2"))
		second := d.Do(paged(all, "max-results", "2", "next-token", first["NextToken"].(string)))
		if a, b := domainNames(first), domainNames(second); !slices.Equal(append(a, b...), []string{"a", "b", "c"}) || len(a) != 2 || second["NextToken"] != nil {
			t.Errorf("pages %v and %v, then token %v", a, b, second["NextToken"])
		}
		item := second["Items"].([]any)[0].(object)
		recent(t, item, "CreatedAt")
		recent(t, item, "LastUpdatedAt")
		for _, q := range [][]string{{"max-results", "101"}, {"max-results", "0"}, {"next-token", "x"}, {"next-token", "ZG9tYWlucy8A"}, {"next-token", ""}} {
			d.Refuse(paged(all, q...), "BadRequestException", 400, "")
		}
	})
}

func TestDomainGoesWithEverythingInIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database storetest.Database) {
		db := database.Open(t, store.Options{})
		d := open(t, db)
		for _, name := range []string{"gone", "stays"} {
			d.newDomain(name)
			d.Do(in(name, "CreateProfile", object{"EmailAddress": "ana@example.com"}))
			d.Do(in(name, "PutIntegration", object{"Uri": "arn:aws:connect:us-west-2:111122223333:instance/" + name}))
		}
		if got := d.Do(in("gone", "DeleteDomain", nil)); got["Message"] == nil {
			t.Errorf("answer %v has no Message", got)
		}
		for _, table := range []string{"domain", "profile", "key", "integration"} {
			var left int
			if err := db.Read(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Get(`SELECT COUNT(*) FROM customerprofiles_`+table, nil, &left)
				return err
			}); err != nil || left != 1 {
				t.Errorf("%d rows of %s left, %v; want one", left, table, err)
			}
		}
		d.newDomain("gone")
		if got := d.search("gone", "_email", "ana@example.com"); len(got) != 0 {
			t.Errorf("a new domain has the profiles %v of the old one", got)
		}
		d.Do(in("gone", "PutIntegration", object{"Uri": "arn:aws:connect:us-west-2:111122223333:instance/gone"}))
	})
}

func TestUnknownDomain(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		id := strings.Repeat("0", 32)
		for _, r := range []request{
			in("nowhere", "GetDomain", nil), in("nowhere", "DeleteDomain", nil), in("nowhere", "CreateProfile", object{}),
			in("nowhere", "UpdateProfile", object{"ProfileId": id}), in("nowhere", "DeleteProfile", object{"ProfileId": id}),
			in("nowhere", "SearchProfiles", object{"KeyName": "_email", "Values": []string{"a"}}),
			in("nowhere", "PutIntegration", object{"Uri": "a"}), in("nowhere", "GetIntegration", object{"Uri": "a"}), in("nowhere", "ListIntegrations", nil),
		} {
			d.Refuse(r, "ResourceNotFoundException", 404, "nowhere")
			r.Labels = map[string]string{"DomainName": "no where\x00"}
			d.Refuse(r, "BadRequestException", 400, "domainName")
		}
	})
}
