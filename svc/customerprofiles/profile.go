package customerprofiles

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/store"
)

// A profile is what is known of a customer. Its fields bear the names of AWS's members; an empty one is
// absent.
type profile struct {
	AccountNumber         string            `json:",omitempty"`
	AdditionalInformation string            `json:",omitempty"`
	PartyType             string            `json:",omitempty"`
	BusinessName          string            `json:",omitempty"`
	FirstName             string            `json:",omitempty"`
	MiddleName            string            `json:",omitempty"`
	LastName              string            `json:",omitempty"`
	BirthDate             string            `json:",omitempty"`
	Gender                string            `json:",omitempty"`
	PhoneNumber           string            `json:",omitempty"`
	MobilePhoneNumber     string            `json:",omitempty"`
	HomePhoneNumber       string            `json:",omitempty"`
	BusinessPhoneNumber   string            `json:",omitempty"`
	EmailAddress          string            `json:",omitempty"`
	PersonalEmailAddress  string            `json:",omitempty"`
	BusinessEmailAddress  string            `json:",omitempty"`
	Address               address           `json:",omitzero"`
	ShippingAddress       address           `json:",omitzero"`
	MailingAddress        address           `json:",omitzero"`
	BillingAddress        address           `json:",omitzero"`
	Attributes            map[string]string `json:",omitempty"`
	PartyTypeString       string            `json:",omitempty"`
	GenderString          string            `json:",omitempty"`
	ProfileType           string            `json:",omitempty"`
	EngagementPreferences json.RawMessage   `json:",omitempty"`
}

// An address is one of a profile's addresses.
type address struct {
	Address1   string `json:",omitempty"`
	Address2   string `json:",omitempty"`
	Address3   string `json:",omitempty"`
	Address4   string `json:",omitempty"`
	City       string `json:",omitempty"`
	County     string `json:",omitempty"`
	State      string `json:",omitempty"`
	Province   string `json:",omitempty"`
	Country    string `json:",omitempty"`
	PostalCode string `json:",omitempty"`
}

// apply changes the profile by the members of a request: one that is absent keeps its value, an empty text
// clears it. That holds within an address and for each attribute too.
func (p *profile) apply(members []byte) error {
	// Unmarshal leaves alone what the object does not have, and adds to a map.
	if err := json.Unmarshal(members, p); err != nil {
		return err
	}
	maps.DeleteFunc(p.Attributes, func(_, v string) bool { return v == "" })
	return nil
}

// The keys that a profile is found by.
const (
	keyProfile  = "_profileId"
	keyAccount  = "_account"
	keyFullName = "_fullName"
	keyPhone    = "_phone"
	keyEmail    = "_email"
)

// A key is one value that finds a profile.
type key struct {
	Name, Value string
}

// keys lists the profile's keys, each once. A full name is found with and without the middle name.
func (p *profile) keys() []key {
	all := []key{
		{keyAccount, fold(p.AccountNumber)},
		{keyFullName, fold(p.FirstName + " " + p.LastName)},
		{keyFullName, fold(p.FirstName + " " + p.MiddleName + " " + p.LastName)},
	}
	for _, phone := range []string{p.PhoneNumber, p.MobilePhoneNumber, p.HomePhoneNumber, p.BusinessPhoneNumber} {
		all = append(all, key{keyPhone, fold(phone)})
	}
	for _, email := range []string{p.EmailAddress, p.PersonalEmailAddress, p.BusinessEmailAddress} {
		all = append(all, key{keyEmail, fold(email)})
	}
	var list []key
	for _, k := range all {
		if k.Value != "" && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}

// maxKey bounds the bytes of a key: PostgreSQL's indexes take about 2,700 of a whole row.
const maxKey = 1000

// fold brings a value into the form in which it is compared: without regard to case, and to spaces but as
// separators. Of what is too long for an index, such as three names of 255 characters, the end becomes its
// fingerprint.
func fold(value string) string {
	value = strings.ToLower(strings.Join(strings.Fields(value), " "))
	if len(value) <= maxKey {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	return strings.ToValidUTF8(value[:maxKey-2*len(sum)], "") + hex.EncodeToString(sum[:])
}

// newProfileID gives an id in the form of AWS's: 32 hexadecimal digits.
func newProfileID() string { return strings.ReplaceAll(id.New(), "-", "") }

// createProfile stores a new profile.
func createProfile(tx *store.Tx, domainName, id string, members []byte) error {
	d, err := domainID(tx, domainName)
	if err != nil {
		return err
	}
	var p profile
	if err := p.apply(members); err != nil {
		return err
	}
	if err := insertProfile(tx, d, id, &p); err != nil {
		return err
	}
	return insertKeys(tx, d, id, p.keys())
}

// updateProfile changes a profile by the members of a request.
func updateProfile(tx *store.Tx, domainName, id string, members []byte) error {
	d, err := domainID(tx, domainName)
	if err != nil {
		return err
	}
	p, err := lockProfile(tx, d, id)
	if err != nil {
		return err
	}
	before := p.keys()
	if err := p.apply(members); err != nil {
		return err
	}
	if err := storeProfile(tx, d, id, p); err != nil {
		return err
	}
	after := p.keys()
	if err := deleteKeys(tx, d, id, without(before, after)); err != nil {
		return err
	}
	return insertKeys(tx, d, id, without(after, before))
}

// removeProfile removes a profile and its keys.
func removeProfile(tx *store.Tx, domainName, id string) error {
	d, err := domainID(tx, domainName)
	if err != nil {
		return err
	}
	p, err := lockProfile(tx, d, id)
	if err != nil {
		return err
	}
	if err := deleteKeys(tx, d, id, p.keys()); err != nil {
		return err
	}
	return deleteProfile(tx, d, id)
}

// without gives the keys of a list that another does not have.
func without(list, other []key) []key {
	return slices.DeleteFunc(slices.Clone(list), func(k key) bool { return slices.Contains(other, k) })
}

// noProfile says that a profile does not exist.
func noProfile(id string) error {
	return fault.Missing("Profile", id, "Profile "+id+" does not exist.")
}
