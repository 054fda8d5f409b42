package bus

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// maxTags is how many tags a bus or a rule may have.
const maxTags = 50

// Limits on the parts of a tag, in characters.
const (
	maxTagKey   = 128
	maxTagValue = 256
)

// tagText is what keys and values of tags consist of, on AWS as a whole.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// tagged is what can have tags: a bus, or a rule of it.
type tagged struct{ bus, rule string }

// Tags gives the tags of the bus or rule of an ARN; a missing one is a fault.NotFound.
func (b *Bus) Tags(tx *store.Tx, resource string) (map[string]string, error) {
	at, err := b.readTagged(resource)
	if err != nil {
		return nil, err
	}
	e, err := b.EventBus(tx, at.bus)
	if err != nil || at.rule == "" {
		return e.Tags, err
	}
	r, err := getRule(tx, at.bus, at.rule)
	return r.Tags, err
}

// Tag changes the tags of the bus or rule of an ARN: some put, some taken away.
func (b *Bus) Tag(tx *store.Tx, resource string, put map[string]string, away []string) error {
	at, err := b.readTagged(resource)
	if err != nil {
		return err
	}
	if err := holdBus(tx, at.bus); err != nil {
		return err
	}
	e, err := b.EventBus(tx, at.bus)
	if err != nil {
		return err
	}
	old := e.Tags
	if at.rule != "" {
		r, err := getRule(tx, at.bus, at.rule)
		if err != nil {
			return err
		}
		old = r.Tags
	}
	tags, err := retag(old, put, away)
	if err != nil {
		return err
	}
	if at.rule != "" {
		return updateRuleTags(tx, at.bus, at.rule, tags)
	}
	return updateBusTags(tx, at.bus, tags)
}

// readTagged reads the ARN of a bus or a rule. What lies in another account or Region is not there.
func (b *Bus) readTagged(resource string) (tagged, error) {
	a, ok := arn.Parse(resource)
	kind, name, _ := strings.Cut(a.Resource, "/")
	if !ok || a.Service != "events" || name == "" || kind != "rule" && kind != "event-bus" {
		return tagged{}, fault.New(fault.Invalid, "Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
	}
	at := tagged{bus: name}
	if kind == "rule" {
		at = tagged{bus: Default, rule: name}
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			at = tagged{bus: name[:i], rule: name[i+1:]}
		}
	}
	switch {
	case b.cfg.ARNs.Make("events", a.Resource) == resource && storable(resource):
		return at, nil
	case at.rule != "":
		return tagged{}, missingRule(at.bus, at.rule)
	}
	return tagged{}, missingBus(at.bus)
}

// retag gives tags after a change; it leaves the old ones as they are.
func retag(old, put map[string]string, away []string) (map[string]string, error) {
	for key, value := range put {
		if err := checkTag(key, value); err != nil {
			return nil, err
		}
	}
	tags := make(map[string]string, len(old)+len(put))
	maps.Copy(tags, old)
	maps.Copy(tags, put)
	for _, key := range away {
		delete(tags, key)
	}
	if len(tags) > maxTags && len(tags) > len(old) {
		return nil, &fault.Error{Kind: fault.Invalid, Subject: SubjectTag, Msg: fmt.Sprintf("A resource can have at most %d tags.", maxTags)}
	}
	return tags, nil
}

// checkTag refuses what cannot be a tag.
func checkTag(key, value string) error {
	msg := ""
	switch {
	case key == "" || utf8.RuneCountInString(key) > maxTagKey:
		msg = fmt.Sprintf("The key of a tag has 1 to %d characters.", maxTagKey)
	case utf8.RuneCountInString(value) > maxTagValue:
		msg = fmt.Sprintf("The value of a tag has at most %d characters.", maxTagValue)
	case len(key) >= 4 && strings.EqualFold(key[:4], "aws:"):
		msg = "The key of a tag cannot begin with aws:."
	case !tagText.MatchString(key) || !tagText.MatchString(value):
		msg = "The tag " + key + " contains characters that are not allowed."
	default:
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectTag, ID: key, Msg: msg}
}
