package policy

import (
	"encoding/json"
	"errors"
	"fmt"
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
	for _, m := range doc {
		switch m.key {
		case "Version":
			if v, _ := m.value.(string); v != "2012-10-17" && v != "2008-10-17" {
				return nil, errors.New("Version must be 2012-10-17 or 2008-10-17")
			}
		case "Id":
			if _, ok := m.value.(string); !ok {
				return nil, errors.New("Id must be a string")
			}
		case "Statement":
			if p.Statements, err = statements(m.value); err != nil {
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

// statements reads the list of statements, or the only one.
func statements(v any) ([]Statement, error) {
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
		if err := out[i].read(o); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return out, nil
}

// read fills a statement.
func (s *Statement) read(o object) error {
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
			s.actions, err = readPatterns(m.value, strings.ToLower)
			s.actions.not = m.key != base
		case "Resource", "NotResource":
			s.resources, err = readPatterns(m.value, nil)
			s.resources.not = m.key != base
		case "Condition":
			s.conditions, err = readConditions(m.value)
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
	return nil
}

// readPatterns reads a pattern or a list of them.
func readPatterns(v any, fold func(string) string) (patterns, error) {
	list, err := texts(v, false)
	if err != nil {
		return patterns{}, err
	}
	for i := range list {
		if fold != nil {
			list[i] = fold(list[i])
		}
		if list[i] != "*" && !strings.Contains(list[i], ":") {
			return patterns{}, fmt.Errorf("%q has no colon", list[i])
		}
	}
	return patterns{list: list}, nil
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
			if strings.Contains(item, "${") {
				return nil, fmt.Errorf("%q: policy variables are not supported", item)
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
