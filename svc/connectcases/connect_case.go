package connectcases

import "github.com/casestream/casestream/wire"

// ConnectCase is a link from a case to another one of its domain. The other case does not know of it.
type ConnectCase struct {
	CaseID string `json:"caseId"`
}

// itemType is ConnectCase.
func (*ConnectCase) itemType() string { return itemConnectCase }

// subject is the id of the other case.
func (l *ConnectCase) subject() string { return l.CaseID }

// attribute is the id of the other case.
func (*ConnectCase) attribute() string { return "connectCase.caseId" }

// values has the id of the other case.
func (l *ConnectCase) values() []FieldValue {
	return []FieldValue{{"connectCase.caseId", text(l.CaseID)}}
}

// place demands that the other case exists. It is only looked at: it may be deleted later, and the link stays.
func (l *ConnectCase) place(p *placing) error {
	if l.CaseID == p.c.ID {
		return invalid("A case cannot be related to itself.")
	}
	_, err := getCase(p.tx, p.c.DomainID, l.CaseID)
	return err
}

// encode has the id of the other case.
func (l *ConnectCase) encode(e *wire.Encoder) {
	e.Key(`"caseId":`)
	e.String(l.CaseID)
}
