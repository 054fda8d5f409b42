package connectcases

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/store"
)

// Limits on tags. AWS keeps keys that begin with aws: to itself.
const (
	maxTags     = 50 // of one resource
	maxTagKey   = 128
	maxTagValue = 256
)

// tagText is what keys and values of tags consist of, on AWS as a whole.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// resource is what a tagged ARN names.
type resource struct {
	kind     string // as ResourceNotFoundException has it
	domainID string
	id       string // within the domain; of a related item it is its case's
	itemID   string
}

// resourceKinds gives the kinds of resources by their place in ARNs.
var resourceKinds = map[string]string{"field": "Field", "layout": "Layout", "template": "Template", "case": "Case", "case-rule": "CaseRule"}

// parseResource reads the ARN of any resource of the service. What lies in another account, Region or partition
// is not there.
func (s *Service) parseResource(text string) (r resource, err error) {
	a, ok := arn.Parse(text)
	parts := strings.Split(a.Resource, "/")
	if !ok || a.Service != "cases" || parts[0] != "domain" || slices.Contains(parts, "") {
		return r, notTaggable(text)
	}
	switch len(parts) {
	case 2:
		r = resource{kind: "Domain", domainID: parts[1]}
	case 4:
		r = resource{kind: resourceKinds[parts[2]], domainID: parts[1], id: parts[3]}
	case 6:
		if parts[2] == "case" && parts[4] == "related-item" {
			r = resource{kind: "RelatedItem", domainID: parts[1], id: parts[3], itemID: parts[5]}
		}
	}
	if r.kind == "" {
		return r, notTaggable(text)
	}
	if s.arns.Make("cases", a.Resource) != text {
		return r, missing(r.kind, text)
	}
	return r, nil
}

// notTaggable says that a text is not the ARN of anything that can have tags here.
func notTaggable(text string) error {
	return invalid("The ARN " + text + " is not that of a resource of Amazon Connect Cases.")
}

// checkTags demands that tags can be put on a resource.
func checkTags(tags map[string]string) error {
	for key, value := range tags {
		switch {
		case key == "" || utf8.RuneCountInString(key) > maxTagKey:
			return invalid(fmt.Sprintf("The key of a tag has 1 to %d characters.", maxTagKey))
		case len(key) >= 4 && strings.EqualFold(key[:4], "aws:"):
			return invalid("The key of a tag cannot begin with aws:.")
		case utf8.RuneCountInString(value) > maxTagValue:
			return invalid(fmt.Sprintf("The value of a tag has at most %d characters.", maxTagValue))
		case !tagText.MatchString(key) || !tagText.MatchString(value):
			return invalid("The tag " + key + " contains characters that are not allowed.")
		}
	}
	return nil
}

// tagging is a change of the tags of a resource: some put, some taken away.
type tagging struct {
	put  map[string]string
	away []string
}

// apply gives tags after the change. It leaves the old ones as they are.
func (t tagging) apply(old map[string]string) (map[string]string, error) {
	tags := make(map[string]string, len(old)+len(t.put))
	maps.Copy(tags, old)
	maps.Copy(tags, t.put)
	for _, key := range t.away {
		delete(tags, key)
	}
	if len(tags) > maxTags && len(tags) > len(old) {
		return nil, invalid(fmt.Sprintf("A resource can have at most %d tags.", maxTags))
	}
	return tags, nil
}

// tag changes the tags of a resource. Nothing else of it changes, no event tells of it and no history.
func (s *Service) tag(tx *store.Tx, r resource, change tagging) error {
	switch r.kind {
	case "Case":
		return s.tagCase(tx, r, change)
	case "RelatedItem":
		return s.tagItem(tx, r, change)
	}
	cat, err := s.lockCatalog(tx, r.domainID)
	if err != nil {
		return err
	}
	old, err := cat.tagsOf(r)
	if err != nil {
		return err
	}
	tags, err := change.apply(old)
	if err != nil {
		return err
	}
	if err := updateTags(tx, r, tags); err != nil {
		return err
	}
	return updateVersion(tx, r.domainID)
}

// tagCase changes the tags of a case, which the search looks for.
func (s *Service) tagCase(tx *store.Tx, r resource, change tagging) error {
	cat, was, err := s.holdCase(tx, r.domainID, r.id)
	if err != nil {
		return err
	}
	now := *was
	if now.Tags, err = change.apply(was.Tags); err != nil {
		return err
	}
	if err := updateTags(tx, r, now.Tags); err != nil {
		return err
	}
	return s.index(tx, indexChange{cat: cat, was: was, now: &now})
}

// tagItem changes the tags of a related item, with its case held: changes of one case run one after another.
func (s *Service) tagItem(tx *store.Tx, r resource, change tagging) error {
	if _, _, err := s.holdCase(tx, r.domainID, r.id); err != nil {
		return err
	}
	old, err := getItemTags(tx, r)
	if err != nil {
		return err
	}
	tags, err := change.apply(old)
	if err != nil {
		return err
	}
	return updateTags(tx, r, tags)
}

// tags reads the tags of a resource.
func (s *Service) tags(tx *store.Tx, r resource) (map[string]string, error) {
	cat, err := s.catalog(tx, r.domainID)
	if err != nil {
		return nil, err
	}
	switch r.kind {
	case "Case":
		c, err := getCase(tx, r.domainID, r.id)
		if err != nil {
			return nil, err
		}
		return c.Tags, nil
	case "RelatedItem":
		if _, err := getCase(tx, r.domainID, r.id); err != nil {
			return nil, err
		}
		return getItemTags(tx, r)
	}
	return cat.tagsOf(r)
}

// tagsOf finds the tags of what is part of the configuration, deleted or not.
func (c *catalog) tagsOf(r resource) (map[string]string, error) {
	var e *Entry
	switch r.kind {
	case "Domain":
		return c.domain.Tags, nil
	case "Field":
		if f := c.fieldByID[r.id]; f != nil {
			e = &f.Entry
		}
	case "Layout":
		if l := c.layoutByID[r.id]; l != nil {
			e = &l.Entry
		}
	case "Template":
		if t := c.templateByID[r.id]; t != nil {
			e = &t.Entry
		}
	case "CaseRule":
		if rule := c.ruleByID[r.id]; rule != nil {
			e = &rule.Entry
		}
	}
	if e == nil {
		return nil, missing(r.kind, r.id)
	}
	return e.Tags, nil
}
