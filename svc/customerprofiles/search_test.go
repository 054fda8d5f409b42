package customerprofiles_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// ids lists the ids of a page of profiles.
func ids(page object) []string {
	list := []string{}
	for _, i := range page["Items"].([]any) {
		list = append(list, i.(object)["ProfileId"].(string))
	}
	return list
}

// search finds the ids of the profiles that have a value under a key.
func (d door) search(domain, key, value string) []string {
	d.Helper()
	return ids(d.Do(in(domain, "SearchProfiles", object{"KeyName": key, "Values": []string{value}})))
}

func TestSearchByEachKey(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		d.newDomain("other")
		d.newProfile("shop", object{"FirstName": "Bob"})
		d.newProfile("other", everyMember())
		id := d.newProfile("shop", everyMember())
		for _, c := range []struct {
			key, value string
			found      bool
		}{
			{"_profileId", id, true},
			{"_profileId", strings.ToUpper(id), true},
			{"_account", "A-1", true},
			{"_account", "a-1", true},
			{"_fullName", "Ana Muñoz", true},
			{"_fullName", "ANA  MUÑOZ ", true},
			{"_fullName", "Ana B. Muñoz", true},
			{"_fullName", "Ana", false},
			{"_fullName", "Muñoz Ana", false},
			{"_phone", "+1", true},
			{"_phone", "+2", true},
			{"_phone", "+3", true},
			{"_phone", "+4", true},
			{"_phone", "1", false},
			{"_email", "a@example.com", true},
			{"_email", "b@example.com", true},
			{"_email", "C@Example.com", true},
			{"_email", "a@example", false},
			{"_email", "+1", false},
			{"_profileId", strings.Repeat("0", 32), false},
			{"_caseId", "1", false},
			{"_email", " ", false},
		} {
			want := []string{}
			if c.found {
				want = append(want, id)
			}
			if diff := cmp.Diff(want, d.search("shop", c.key, c.value)); diff != "" {
				t.Errorf("%s %q: -want +got\n%s", c.key, c.value, diff)
			}
		}
	})
}

func TestNamesThatAreTooLongForAnIndexAreKept(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		var long [3]string // of 255 characters that no index can compress
		for n := range long {
			for range 255 {
				long[n] += string(rune(0x1F300 + rand.IntN(0x400)))
			}
		}
		id := d.newProfile("shop", object{"FirstName": long[0], "MiddleName": long[1], "LastName": long[2], "PhoneNumber": "+1"})
		if got := d.profile("shop", id)["MiddleName"]; got != long[1] {
			t.Errorf("MiddleName = %v", got)
		}
		d.Do(in("shop", "UpdateProfile", object{"ProfileId": id, "MiddleName": long[2]}))
		d.Do(in("shop", "DeleteProfile", object{"ProfileId": id}))
		if got := d.search("shop", "_phone", "+1"); len(got) != 0 {
			t.Errorf("found %v after the profile was deleted", got)
		}
	})
}

func TestSearchTellsWhatFoundAProfile(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		ana := d.newProfile("shop", object{"FirstName": "Ana", "LastName": "Silva", "EmailAddress": "ana@example.com"})
		bob := d.newProfile("shop", object{"FirstName": "Bob", "LastName": "Silva", "PhoneNumber": "+2"})
		keys := func(operator any) object {
			return object{
				"KeyName": "_email", "Values": []string{"ana@example.com", "nobody@example.com"}, "LogicalOperator": operator,
				"AdditionalSearchKeys": []any{object{"KeyName": "_fullName", "Values": []string{"Ana Silva", "Bob Silva"}}, object{"KeyName": "_phone", "Values": []string{"+2"}}},
			}
		}
		email := object{"KeyName": "_email", "Values": []any{"ana@example.com", "nobody@example.com"}}
		name := object{"KeyName": "_fullName", "Values": []any{"Ana Silva", "Bob Silva"}}
		phone := object{"KeyName": "_phone", "Values": []any{"+2"}}
		for _, operator := range []any{nil, "OR"} {
			got := d.Do(in("shop", "SearchProfiles", keys(operator)))
			by := map[string]any{}
			for _, i := range got["Items"].([]any) {
				by[i.(object)["ProfileId"].(string)] = i.(object)["FoundByItems"]
			}
			if diff := cmp.Diff(map[string]any{ana: []any{email, name}, bob: []any{name, phone}}, by); diff != "" {
				t.Errorf("%v: -want +got\n%s", operator, diff)
			}
		}
		if got := ids(d.Do(in("shop", "SearchProfiles", keys("AND")))); len(got) != 0 {
			t.Errorf("AND finds %v, want nothing", got)
		}
		both := keys("AND")
		both["AdditionalSearchKeys"] = both["AdditionalSearchKeys"].([]any)[:1]
		got := d.Do(in("shop", "SearchProfiles", both))["Items"].([]any)
		if len(got) != 1 || got[0].(object)["ProfileId"] != ana {
			t.Fatalf("AND finds %v, want Ana", got)
		}
		if diff := cmp.Diff([]any{email, name}, got[0].(object)["FoundByItems"]); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// TestSearchAgreesWithAScan compares random searches over many profiles, page by page, with what a look at
// every profile finds. The values are so common that streams need several chunks.
func TestSearchAgreesWithAScan(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		random := rand.New(rand.NewPCG(1, 2))
		draw := func(of string, n int) string { return fmt.Sprint(of, random.IntN(n)) }
		type row struct{ id, email, phone, account string }
		var rows []row
		for range 250 {
			r := row{email: draw("e", 2), phone: draw("p", 3), account: draw("a", 50)}
			r.id = d.newProfile("shop", object{"EmailAddress": r.email, "PhoneNumber": r.phone, "AccountNumber": r.account})
			rows = append(rows, r)
		}
		slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.id, b.id) })
		for range 8 {
			emails, phones, accounts := []string{draw("e", 3)}, []string{draw("p", 4), draw("p", 4)}, []string{draw("a", 60), draw("a", 60), draw("a", 60)}
			for _, operator := range []string{"AND", "OR"} {
				want := []string{}
				for _, r := range rows {
					e, p, a := slices.Contains(emails, r.email), slices.Contains(phones, r.phone), slices.Contains(accounts, r.account)
					if operator == "AND" && e && p && a || operator == "OR" && (e || p || a) {
						want = append(want, r.id)
					}
				}
				body := object{"KeyName": "_email", "Values": emails, "LogicalOperator": operator, "AdditionalSearchKeys": []any{
					object{"KeyName": "_phone", "Values": phones}, object{"KeyName": "_account", "Values": accounts},
				}}
				got := []string{}
				query := []string{"max-results", "100"}
				for {
					page := d.Do(paged(in("shop", "SearchProfiles", body), query...))
					got = append(got, ids(page)...)
					token, more := page["NextToken"].(string)
					if !more {
						break
					}
					query = []string{"max-results", "100", "next-token", token}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%v: -want +got\n%s", body, diff)
				}
			}
		}
	})
}

func TestSearchPageHoldsTwentyUnlessAsked(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		for range 21 {
			d.newProfile("shop", object{"EmailAddress": "same@example.com"})
		}
		all := in("shop", "SearchProfiles", object{"KeyName": "_email", "Values": []string{"same@example.com"}})
		if page := d.Do(all); len(ids(page)) != 20 || page["NextToken"] == nil {
			t.Errorf("%d profiles, token %v", len(ids(page)), page["NextToken"])
		}
		if page := d.Do(paged(all, "max-results", "21")); len(ids(page)) != 21 || page["NextToken"] != nil {
			t.Errorf("%d profiles, token %v", len(ids(page)), page["NextToken"])
		}
	})
}

func TestSearchesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		values := []string{"a"}
		more := func(n int) object {
			return object{"KeyName": "_email", "Values": values, "AdditionalSearchKeys": slices.Repeat([]any{object{"KeyName": "_phone", "Values": values}}, n)}
		}
		for _, c := range []struct {
			name, message string
			body          object
			query         []string
		}{
			{name: "unknown key", message: "no search key _shoeSize", body: object{"KeyName": "_shoeSize", "Values": values}},
			{name: "no key", message: "keyName", body: object{"Values": values}},
			{name: "no values", message: "'values'", body: object{"KeyName": "_email"}},
			{name: "empty values", message: "has no values", body: object{"KeyName": "_email", "Values": []string{}}},
			{name: "empty value", message: "values.1.member", body: object{"KeyName": "_email", "Values": []string{""}}},
			{name: "too many values", message: "100 values", body: object{"KeyName": "_email", "Values": slices.Repeat(values, 101)}},
			{name: "five more keys", message: "additionalSearchKeys", body: more(5)},
			{name: "no more keys", message: "additionalSearchKeys", body: more(0)},
			{name: "unknown operator", message: "[AND, OR]", body: object{"KeyName": "_email", "Values": values, "LogicalOperator": "XOR"}},
			{name: "NUL in a value", message: "not allowed", body: object{"KeyName": "_email", "Values": []string{"\x00"}}},
			{name: "too large a page", message: "maxResults", body: more(1), query: []string{"max-results", "101"}},
			{name: "token of another list", message: "NextToken", body: more(1), query: []string{"next-token", "ZG9tYWlucy9h"}},
			{name: "token that is no text", message: "NextToken", body: more(1), query: []string{"next-token", "cHJvZmlsZXMv_w"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(paged(in("shop", "SearchProfiles", c.body), c.query...), "BadRequestException", 400, c.message)
			})
		}
		if got := ids(d.Do(in("shop", "SearchProfiles", more(4)))); len(got) != 0 {
			t.Errorf("five keys find %v", got)
		}
	})
}

// FuzzSearch proves that no value and no token gets through to an internal failure.
func FuzzSearch(f *testing.F) {
	for _, seed := range [][2]string{{"a", ""}, {"\x00", "cHJvZmlsZXMvMA"}, {`\u0000`, "cHJvZmlsZXMv_w"}, {"é \t", "%"}, {"\xff", "cHJvZmlsZXMvAA"}} {
		f.Add(seed[0], seed[1])
	}
	db := storetest.SQLite(f).Open(f, store.Options{})
	f.Fuzz(func(t *testing.T, value, token string) {
		d := open(t, db)
		if len(domainNames(d.Do(request{Op: "ListDomains"}))) == 0 {
			d.newDomain("shop")
		}
		r := in("shop", "SearchProfiles", object{"KeyName": "_email", "Values": []string{value}})
		if token != "" {
			r = paged(r, "next-token", token)
		}
		_, err := d.Try(r)
		if err != nil && err.Code != "BadRequestException" {
			t.Errorf("%q, token %q: %v", value, token, err)
		}
		if err == nil && strings.Contains(value, "\x00") {
			t.Errorf("%q was searched for", value)
		}
	})
}
