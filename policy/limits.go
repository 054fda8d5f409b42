package policy

import "fmt"

// Limits bounds the parts of a document; a bound of 0 is none.
type Limits struct {
	// Of a whole document: its statements, the principals that they name, the keys that their conditions look at.
	Statements, Principals, Conditions int
	// Of each statement.
	Actions, Resources int
}

// Excess says of which parts a document, or a statement of it, has too many. It is an error.
type Excess struct {
	Parts       string
	Found, Most int
}

// Error words it as SQS does.
func (e *Excess) Error() string {
	return fmt.Sprintf("%d %s were found, maximum allowed is %d.", e.Found, e.Parts, e.Most)
}

// Within gives an *Excess where a document goes beyond limits.
func (p *Policy) Within(l Limits) error {
	principals, conditions := 0, 0
	for i := range p.Statements {
		s := &p.Statements[i]
		principals += s.principals.count()
		conditions += len(s.conditions)
		if err := within("Actions", len(s.actions.list), l.Actions); err != nil {
			return err
		}
		if err := within("Resources", len(s.resources.list), l.Resources); err != nil {
			return err
		}
	}
	if err := within("Statements", len(p.Statements), l.Statements); err != nil {
		return err
	}
	if err := within("Principals", principals, l.Principals); err != nil {
		return err
	}
	return within("Conditions", conditions, l.Conditions)
}

// within compares a number of parts with its bound.
func within(parts string, found, most int) error {
	if most > 0 && found > most {
		return &Excess{parts, found, most}
	}
	return nil
}

// count says how many principals are named; "*" is one.
func (p principals) count() int {
	if len(p.of) == 0 {
		return 1
	}
	n := 0
	for _, list := range p.of {
		n += len(list)
	}
	return n
}
