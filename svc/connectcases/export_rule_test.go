package connectcases

// Judgement is a case, before and after a change, with what it is judged by.
type Judgement struct {
	Fields   []*Field
	Rules    []*CaseRule
	Template Template
	Was, Now []FieldValue // Was is nil for a new case
}

// Judge says what is wrong with the change.
func (j Judgement) Judge() error {
	cat := &catalog{fields: j.Fields, rules: j.Rules, templates: []*Template{&j.Template}}
	cat.index()
	of := func(list []FieldValue) *Case {
		c := new(Case)
		for _, f := range list {
			c.Values.set(f.ID, f.Value)
		}
		return c
	}
	if j.Was == nil {
		return j.Template.checkRules(cat, nil, of(j.Now))
	}
	return j.Template.checkRules(cat, of(j.Was), of(j.Now))
}

// ParseResource reads an ARN for the account 111122223333 in us-west-2 and gives the parts that a lookup uses.
func (s *Service) ParseResource(arn string) (kind string, ids []string, err error) {
	r, err := s.parseResource(arn)
	return r.kind, []string{r.domainID, r.id, r.itemID}, err
}
