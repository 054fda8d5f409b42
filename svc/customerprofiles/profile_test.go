package customerprofiles_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// everyMember is a profile with all members that a request may set.
func everyMember() object {
	address := func(street string) object {
		return object{"Address1": street, "Address2": "2", "Address3": "3", "Address4": "4", "City": "Oslo", "County": "c", "State": "s", "Province": "p", "Country": "NO", "PostalCode": "0150"}
	}
	return object{
		"AccountNumber": "A-1", "AdditionalInformation": "likes <tea> & \"cake\"", "PartyType": "INDIVIDUAL", "BusinessName": "Müller \\u0000",
		"FirstName": "Ana", "MiddleName": "B.", "LastName": "Muñoz", "BirthDate": "1990-01-01", "Gender": "FEMALE",
		"PhoneNumber": "+1", "MobilePhoneNumber": "+2", "HomePhoneNumber": "+3", "BusinessPhoneNumber": "+4",
		"EmailAddress": "a@example.com", "PersonalEmailAddress": "b@example.com", "BusinessEmailAddress": "c@example.com",
		"Address": address("a"), "ShippingAddress": address("s"), "MailingAddress": address("m"), "BillingAddress": address("b"),
		"Attributes": object{"size": "XL"}, "PartyTypeString": "x", "GenderString": "y", "ProfileType": "PROFILE",
		"EngagementPreferences": object{"Phone": []any{object{"KeyName": "k", "KeyValue": "v", "ContactType": "PhoneNumber"}}, "Email": []any{}},
	}
}

// newProfile makes a profile and gives its id.
func (d door) newProfile(domain string, members object) string {
	d.Helper()
	id, _ := d.Do(in(domain, "CreateProfile", members))["ProfileId"].(string)
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) {
		d.Errorf("profile id %q", id)
	}
	return id
}

// profile reads a profile by its id; nil when there is none.
func (d door) profile(domain, id string) object {
	d.Helper()
	items := d.Do(in(domain, "SearchProfiles", object{"KeyName": "_profileId", "Values": []string{id}}))["Items"].([]any)
	if len(items) == 0 {
		return nil
	}
	p := items[0].(object)
	delete(p, "FoundByItems")
	return p
}

func TestProfileIsKeptAsGiven(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		for _, given := range []object{everyMember(), {}, {"FirstName": "Ana"}} {
			id := d.newProfile("shop", given)
			given["ProfileId"] = id
			if diff := cmp.Diff(given, d.profile("shop", id)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
		if got := d.Do(in("shop", "GetDomain", nil))["Stats"].(object)["ProfileCount"]; got != 3.0 {
			t.Errorf("ProfileCount = %v, want 3", got)
		}
	})
}

func TestUpdateKeepsWhatIsAbsentAndClearsWhatIsEmpty(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		id := d.newProfile("shop", object{
			"FirstName": "Ana", "LastName": "Silva", "EmailAddress": "a@example.com", "PhoneNumber": "+1",
			"Address": object{"City": "Oslo", "Country": "NO"}, "MailingAddress": object{"City": "Rome"},
			"Attributes": object{"size": "XL", "tea": "green"}, "EngagementPreferences": object{"Email": []any{object{"KeyName": "k"}}},
		})
		if got := d.Do(in("shop", "UpdateProfile", object{"ProfileId": id})); got["ProfileId"] != id {
			t.Errorf("answer %v", got)
		}
		d.Do(in("shop", "UpdateProfile", object{
			"ProfileId": id, "LastName": "", "EmailAddress": "new@example.com", "BirthDate": nil,
			"Address": object{"City": "", "PostalCode": "0150"}, "MailingAddress": object{"City": ""},
			"Attributes": object{"size": "", "cake": "plum"},
		}))
		want := object{
			"ProfileId": id, "FirstName": "Ana", "EmailAddress": "new@example.com", "PhoneNumber": "+1",
			"Address": object{"Country": "NO", "PostalCode": "0150"}, "Attributes": object{"tea": "green", "cake": "plum"},
			"EngagementPreferences": object{"Email": []any{object{"KeyName": "k"}}},
		}
		if diff := cmp.Diff(want, d.profile("shop", id)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		for _, c := range []struct {
			key, value string
			found      bool
		}{
			{"_email", "a@example.com", false},
			{"_email", "new@example.com", true},
			{"_phone", "+1", true},
			{"_fullName", "Ana Silva", false},
			{"_fullName", "Ana", true},
		} {
			if got := d.search("shop", c.key, c.value); (len(got) == 1) != c.found {
				t.Errorf("%s %s finds %v", c.key, c.value, got)
			}
		}
	})
}

func TestUpdateOfEveryMemberClearsIt(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		id := d.newProfile("shop", everyMember())
		empty := object{"ProfileId": id}
		for name, value := range everyMember() {
			switch name {
			case "PartyType", "Gender", "ProfileType", "EngagementPreferences":
				continue // AWS has no empty value for these
			}
			if parts, nested := value.(object); nested {
				for part := range parts {
					parts[part] = ""
				}
				empty[name] = parts
			} else {
				empty[name] = ""
			}
		}
		d.Do(in("shop", "UpdateProfile", empty))
		all := everyMember()
		want := object{"ProfileId": id}
		for _, name := range []string{"PartyType", "Gender", "ProfileType", "EngagementPreferences"} {
			want[name] = all[name]
		}
		if diff := cmp.Diff(want, d.profile("shop", id)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestDeletedProfileIsFoundByNothing(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		id, other := d.newProfile("shop", everyMember()), d.newProfile("shop", everyMember())
		if got := d.Do(in("shop", "DeleteProfile", object{"ProfileId": id})); got["Message"] == nil {
			t.Errorf("answer %v has no Message", got)
		}
		if got := d.profile("shop", id); got != nil {
			t.Errorf("profile %v", got)
		}
		for _, c := range [][]string{{"_account", "A-1"}, {"_email", "c@example.com"}, {"_phone", "+4"}, {"_fullName", "Ana Muñoz"}} {
			if got := d.search("shop", c[0], c[1]); !slices.Equal(got, []string{other}) {
				t.Errorf("%v finds %v, want the other profile", c, got)
			}
		}
		for _, op := range []string{"DeleteProfile", "UpdateProfile"} {
			d.Refuse(in("shop", op, object{"ProfileId": id}), "ResourceNotFoundException", 404, id)
		}
	})
}

func TestProfilesThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		id := d.newProfile("shop", object{})
		for _, c := range []struct {
			name, op, message string
			body              object
		}{
			{"empty name", "CreateProfile", "firstName", object{"FirstName": ""}},
			{"long name", "CreateProfile", "less than or equal to 255", object{"FirstName": strings.Repeat("é", 256)}},
			{"unknown gender", "CreateProfile", "gender", object{"Gender": "X"}},
			{"empty part of an address", "CreateProfile", "address.city", object{"Address": object{"City": ""}}},
			{"NUL in a name", "CreateProfile", "not allowed", object{"FirstName": "a\x00b"}},
			{"NUL behind a backslash", "CreateProfile", "not allowed", object{"FirstName": "\\\x00"}},
			{"NUL in an address", "CreateProfile", "not allowed", object{"Address": object{"City": "\x00"}}},
			{"NUL in an attribute", "CreateProfile", "not allowed", object{"Attributes": object{"a": "\x00"}}},
			{"NUL in an attribute's name", "UpdateProfile", "not allowed", object{"ProfileId": id, "Attributes": object{"\x00": "a"}}},
			{"NUL in an update", "UpdateProfile", "not allowed", object{"ProfileId": id, "LastName": "\x00"}},
			{"no id", "UpdateProfile", "profileId", object{}},
			{"malformed id", "UpdateProfile", "profileId", object{"ProfileId": "x"}},
			{"no id to delete", "DeleteProfile", "profileId", object{}},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(in("shop", c.op, c.body), "BadRequestException", 400, c.message)
			})
		}
	})
}

func TestConcurrentUpdatesAllCount(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		id := d.newProfile("shop", object{})
		members := []string{"FirstName", "LastName", "EmailAddress", "PhoneNumber", "AccountNumber", "BusinessName"}
		var wg sync.WaitGroup
		for _, m := range members {
			wg.Go(func() {
				if _, err := d.Try(in("shop", "UpdateProfile", object{"ProfileId": id, m: "x"})); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want := object{"ProfileId": id}
		for _, m := range members {
			want[m] = "x"
		}
		if diff := cmp.Diff(want, d.profile("shop", id)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestEveryStepOfCreateProfileMayFail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database storetest.Database) {
		made := 0
		storetest.EveryStep(t, database, func(t *testing.T, db *store.DB, arm func()) {
			d := open(t, db)
			if len(domainNames(d.Do(request{Op: "ListDomains"}))) == 0 {
				d.newDomain("shop")
			}
			arm()
			if _, err := d.Try(in("shop", "CreateProfile", everyMember())); err == nil {
				made++
			}
		}, func(t *testing.T, db *store.DB, failed store.Step) {
			d := open(t, db)
			if failed.Kind == store.StepCommitted {
				made++ // it is there, only nobody heard
			}
			if got := d.Do(in("shop", "GetDomain", nil))["Stats"].(object)["ProfileCount"]; got != float64(made) {
				t.Errorf("after %s: %v profiles, want %d", failed, got, made)
			}
			for _, c := range [][]string{{"_account", "A-1"}, {"_email", "a@example.com"}, {"_phone", "+4"}, {"_fullName", "Ana Muñoz"}} {
				if got := d.search("shop", c[0], c[1]); len(got) != made {
					t.Errorf("after %s: %v finds %d profiles, want %d", failed, c, len(got), made)
				}
			}
		})
	})
}
