package remoteaws

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/casestream/casestream/base/arn"
)

// The forms of an account and of a Region.
var (
	accountForm = regexp.MustCompile(`^\d{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d+$`)
)

// everywhere is the key of a setting that counts where no other does.
const everywhere = "*"

// Places are settings by where they count: ACCOUNT:REGION, ACCOUNT, or * for the rest.
type Places map[string]string

// ReadPlaces reads settings of the form PLACE=VALUE. One without a place counts everywhere.
func ReadPlaces(list []string) (Places, error) {
	p := make(Places, len(list))
	for _, text := range list {
		key, value, ok := strings.Cut(text, "=")
		if !ok || strings.Contains(key, "/") { // a URL may have a = of its own
			key, value = everywhere, text
		}
		account, region, regional := strings.Cut(key, ":")
		switch {
		case value == "":
			return nil, fmt.Errorf("%s: nothing behind the =", text)
		case key != everywhere && !accountForm.MatchString(account), regional && !regionForm.MatchString(region):
			return nil, fmt.Errorf("%s: before the = want an account, ACCOUNT:REGION, or *", text)
		}
		if _, twice := p[key]; twice {
			return nil, fmt.Errorf("%s: %s is given twice", text, key)
		}
		p[key] = value
	}
	return p, nil
}

// find gives the setting for an ARN: the one that says most about where it lies.
func (p Places) find(a arn.ARN) (string, bool) {
	for _, key := range []string{a.Account + ":" + a.Region, a.Account, everywhere} {
		if v, ok := p[key]; ok {
			return v, true
		}
	}
	return "", false
}

// values lists the settings, each once and sorted.
func (p Places) values() []string {
	return slices.Compact(slices.Sorted(maps.Values(p)))
}
