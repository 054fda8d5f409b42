package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/casestream/casestream/base/arn"
)

// Parse reads a document. It is strict: an element that IAM does not know, a key that is there twice or an
// empty list is an error, because a policy that is half understood protects nobody.
func Parse(text string) (*Policy, error) {
	p, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// parse is Parse without the noun.
func parse(text string) (*Policy, error) {
	root, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	doc, ok := root.(object)
	if !ok {
		return nil, errors.New("not an object")
	}
	p := &Policy{}
	version, given := doc.get("Version")
	if given && version != variableVersion && version != "2008-10-17" {
		return nil, errors.New("Version must be 2012-10-17 or 2008-10-17")
	}
	for _, m := range doc {
		switch m.key {
		case "Version": // looked at already: it says how the others are to be read
		case "Id":
			if _, ok := m.value.(string); !ok {
				return nil, errors.New("Id must be a string")
			}
		case "Statement":
			if p.Statements, err = statements(m.value, version == variableVersion); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("unknown element %q", m.key)
		}
	}
	if len(p.Statements) == 0 {
		return nil, errors.New("Statement is missing")
	}
	sids := map[string]bool{}
	for _, s := range p.Statements {
		if s.Sid != "" && sids[s.Sid] {
			return nil, fmt.Errorf("Sid %q is there twice", s.Sid)
		}
		sids[s.Sid] = true
	}
	return p, nil
}

// statements reads the list of statements, or the only one, which may have variables or not.
func statements(v any, variables bool) ([]Statement, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := make([]Statement, len(list))
	for i, item := range list {
		o, ok := item.(object)
		if !ok {
			return nil, errors.New("a statement must be an object")
		}
		if err := out[i].read(o, variables); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return out, nil
}

// read fills a statement.
func (s *Statement) read(o object, variables bool) error {
	var effect string
	seen := map[string]bool{}
	for _, m := range o {
		base := strings.TrimPrefix(m.key, "Not")
		if seen[base] {
			return fmt.Errorf("%s and Not%s exclude each other", base, base)
		}
		seen[base] = true
		var err error
		ok := true
		switch m.key {
		case "Sid":
			s.Sid, ok = m.value.(string)
		case "Effect":
			effect, _ = m.value.(string)
			ok = effect == "Allow" || effect == "Deny"
			s.deny = effect == "Deny"
		case "Principal", "NotPrincipal":
			s.principals, err = readPrincipals(m.value)
			s.principals.not = m.key != base
		case "Action", "NotAction":
			s.actions, err = readPatterns(m.value, true, false)
			s.actions.not = m.key != base
		case "Resource", "NotResource":
			s.resources, err = readPatterns(m.value, false, variables)
			s.resources.not = m.key != base
		case "Condition":
			s.conditions, err = readConditions(m.value, variables)
		default:
			return fmt.Errorf("unknown element %q", m.key)
		}
		if err == nil && !ok {
			err = errors.New("invalid value")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.key, err)
		}
	}
	for _, need := range [...]string{"Effect", "Principal", "Action", "Resource"} {
		if !seen[need] {
			return fmt.Errorf("%s is missing", need)
		}
	}
	s.asks = len(s.conditions) > 0 || slices.ContainsFunc(s.resources.list, func(t text) bool { return t.parts != nil })
	return nil
}

// readPatterns reads a pattern or a list of them: of actions, whose case does not matter, or of resources.
func readPatterns(v any, action, variables bool) (patterns, error) {
	list, err := texts(v, false)
	if err != nil {
		return patterns{}, err
	}
	p := patterns{list: make([]text, len(list))}
	for i, pattern := range list {
		if action {
			if pattern = strings.ToLower(pattern); strings.Contains(pattern, "${") {
				return patterns{}, fmt.Errorf("%q: an action has no variables", pattern)
			}
		}
		if p.list[i], err = readText(pattern, variables); err != nil {
			return patterns{}, err
		}
		if pattern != "*" && !strings.Contains(pattern, ":") {
			return patterns{}, fmt.Errorf("%q has no colon", pattern)
		}
	}
	return p, nil
}

// readPrincipals reads "*" or {"AWS": …, "Service": …}. {"AWS": "*"} is "*".
func readPrincipals(v any) (principals, error) {
	if v == "*" {
		return principals{anyone: true}, nil
	}
	o, ok := v.(object)
	if !ok || len(o) == 0 {
		return principals{}, errors.New(`must be "*" or an object`)
	}
	p := principals{of: map[string][]string{}}
	for _, m := range o {
		switch Kind(m.key) {
		case AWS, Service, Federated, CanonicalUser:
		default:
			return principals{}, fmt.Errorf("unknown kind of principal %q", m.key)
		}
		list, err := texts(m.value, false)
		if err != nil {
			return principals{}, fmt.Errorf("%s: %w", m.key, err)
		}
		for _, value := range list {
			switch {
			case value == "*" && Kind(m.key) == AWS:
				p.anyone = true
			case strings.ContainsAny(value, "*?"):
				return principals{}, fmt.Errorf("%q: a principal has no wildcards", value)
			case Kind(m.key) == AWS && !isPrincipal(value):
				return principals{}, fmt.Errorf("%q is neither an account nor the ARN of a root, a user, a role or a session", value)
			}
		}
		p.of[m.key] = list
	}
	return p, nil
}

// isPrincipal says whether a value could name somebody of AWS. One that could not is a slip, and a statement
// that denies something to nobody would be of no use.
func isPrincipal(value string) bool {
	if isAccount(value) {
		return true
	}
	a, ok := arn.Parse(value)
	if !ok || !isAccount(a.Account) {
		return false
	}
	kind, name, _ := strings.Cut(a.Resource, "/")
	switch a.Service + ":" + kind {
	case "iam:root":
		return a.Resource == "root"
	case "iam:user", "iam:role", "sts:assumed-role", "sts:federated-user":
		return name != ""
	}
	return false
}

// texts reads a string or a list of strings; numbers and booleans count as their text where scalars says so.
func texts(v any, scalars bool) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return nil, errors.New("an empty list")
	}
	out := make([]string, len(list))
	for i, item := range list {
		switch item := item.(type) {
		case string:
			if item == "" && !scalars {
				return nil, errors.New("an empty string")
			}
			out[i] = item
			continue
		case json.Number:
			out[i] = item.String()
			ok = scalars
		case bool:
			out[i] = fmt.Sprint(item)
			ok = scalars
		default:
			ok = false
		}
		if !ok {
			return nil, errors.New("must be a string or a list of strings")
		}
	}
	return out, nil
}
