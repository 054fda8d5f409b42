package connectcases

import (
	"math"
	"strings"

	"github.com/casestream/casestream/store"
)

// place is where a page of related items begins: behind an item, whose keys it holds. The keys of an item never
// change, so that pages neither skip nor repeat.
type place struct {
	at         int64
	caseID, id string
}

// placeOf gives the place of an item.
func placeOf(item *RelatedItem) place {
	return place{item.AssociatedAt.UnixMicro(), item.CaseID, item.ID}
}

// listRelatedItems reads a case's items behind a place, newest first, until keep says that it has enough. The sum
// keeps SQLite, which does not know how few items a case has, from walking through the domain in the order of time.
func listRelatedItems(tx *store.Tx, domainID, caseID string, behind place, keep func(*RelatedItem) (enough bool)) error {
	return tx.Each(`SELECT `+itemColumns+`
		FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND (associated_at + 0, related_item_id) < (?, ?)
		ORDER BY associated_at + 0 DESC, related_item_id DESC`, []any{domainID, caseID, behind.at, behind.id}, keepItems(keep))
}

// keepItems reads rows of items until keep has enough.
func keepItems(keep func(*RelatedItem) (enough bool)) func(store.Scan) error {
	return func(scan store.Scan) error {
		item, err := scanRelatedItem(scan)
		if err == nil && keep(item) {
			err = store.ErrEnough
		}
		return err
	}
}

// orderKey is one key of an order of items.
type orderKey struct {
	column string
	down   bool
}

// The columns that items are ordered by.
const (
	columnTime = "associated_at"
	columnCase = "case_id"
	columnItem = "related_item_id"
)

// value gives the key of a place.
func (k orderKey) value(p place) any {
	switch k.column {
	case columnTime:
		return p.at
	case columnCase:
		return p.caseID
	}
	return p.id
}

// term gives the key's part of ORDER BY.
func (k orderKey) term() string {
	if k.down {
		return k.column + " DESC"
	}
	return k.column
}

// beyond gives the condition for what comes behind a place in an order. The first key is compared on its own, so
// that an index on it can be used.
func beyond(order []orderKey, p place) (condition string, args []any) {
	k, rest := order[0], order[1:]
	than := " >"
	if k.down {
		than = " <"
	}
	v := k.value(p)
	if len(rest) == 0 {
		return k.column + than + " ?", []any{v}
	}
	inner, more := beyond(rest, p)
	return k.column + than + "= ? AND (" + k.column + than + " ? OR " + inner + ")", append([]any{v, v}, more...)
}

// maxSubjects is how many subjects a search can be narrowed to: as many as it can have filters.
const maxSubjects = 10

// bySubject is the condition for what points at one of some subjects. The domain is written so that it can be
// looked up in no index: SQLite, which does not know how many items a domain has, would prefer it to the subject.
const (
	bySubject = `domain_id || '' = ? AND subject IN `
	ofContact = `i.domain_id || '' = ? AND i.subject = ?`
)

// listAllRelatedItems reads up to limit of a domain's items in an order, behind a place unless that is nil, until
// keep says that it has enough. With subjects, only what points at one of them.
func listAllRelatedItems(tx *store.Tx, domainID string, order []orderKey, behind *place, subjects []string, limit int, keep func(*RelatedItem) (enough bool)) error {
	where, args := `domain_id = ?`, []any{domainID}
	if len(subjects) > 0 { // one text for any number of them
		where = bySubject + `(?` + strings.Repeat(`, ?`, maxSubjects-1) + `)`
		for i := range maxSubjects {
			args = append(args, subjects[min(i, len(subjects)-1)])
		}
	}
	query := `SELECT ` + itemColumns + ` FROM cases_related_item WHERE ` + where
	if k := order[0]; behind == nil && k.column == columnTime {
		// Without a bound on the time SQLite would prefer the primary key, and sort all of the domain, as soon as a
		// second key comes behind it.
		behind = &place{at: math.MinInt64}
		if k.down {
			behind = &place{at: math.MaxInt64}
		}
	}
	if behind != nil {
		condition, more := beyond(order, *behind)
		query += ` AND ` + condition
		args = append(args, more...)
	}
	terms := make([]string, len(order))
	for i, k := range order {
		terms[i] = k.term()
	}
	return tx.Each(query+` ORDER BY `+strings.Join(terms, ", ")+` LIMIT ?`, append(args, limit), keepItems(keep))
}

// contactCase is a case that a contact is on, with the place of the item that says so.
type contactCase struct {
	templateID string
	place
}

// listContactCases reads up to limit of the cases that a contact is on, behind a place, the last one it came to
// first.
func listContactCases(tx *store.Tx, domainID, contactARN string, behind place, limit int) ([]contactCase, error) {
	return store.List(tx, `SELECT i.case_id, c.template_id, i.associated_at, i.related_item_id
		FROM cases_related_item i JOIN cases_case c ON c.domain_id = i.domain_id AND c.case_id = i.case_id
		WHERE `+ofContact+` AND i.type = ? AND (i.associated_at, i.related_item_id) < (?, ?)
		ORDER BY i.associated_at DESC, i.related_item_id DESC LIMIT ?`,
		[]any{domainID, contactARN, itemContact, behind.at, behind.id, limit}, func(scan store.Scan) (k contactCase, err error) {
			err = scan(&k.caseID, &k.templateID, &k.at, &k.id)
			return k, err
		})
}
