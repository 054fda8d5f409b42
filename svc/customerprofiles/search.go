package customerprofiles

import (
	"slices"
	"strconv"

	"github.com/casestream/casestream/store"
)

// A search asks, for each of its clauses, for the ids of the profiles that have one of the clause's values,
// and joins these sorted streams of ids: it takes the ids that all clauses have, or those that any has. A
// stream is read a chunk at a time and skips what the others cannot have, so that a search costs about as
// much as its rarest value, and a page is cut anywhere.

// end stands behind every id.
const end = "~"

// chunk is how many ids a stream reads at once.
const chunk = 100

// maxValues bounds the values of a search: each costs a statement at least.
const maxValues = 100

// predefined lists the keys that AWS knows without a mapping of one's own. Those that this room never
// writes find nothing.
var predefined = []string{
	keyProfile, keyAccount, keyFullName, keyPhone, keyEmail, "_assetId", "_caseId", "_orderId", "_ctrContactId",
	"_marketoLeadId", "_salesforceAccountId", "_salesforceContactId", "_salesforceAssetId", "_zendeskUserId", "_zendeskExternalId",
	"_zendeskTicketId", "_serviceNowSystemId", "_serviceNowIncidentId", "_segmentUserId", "_shopifyCustomerId", "_shopifyOrderId",
}

// A search is what SearchProfiles asks for.
type search struct {
	clauses []*clause
	all     bool // all clauses must hold; otherwise one is enough
}

// A clause holds for the profiles that have one of the values under a key.
type clause struct {
	key     string
	values  []string // as they were given
	streams []*stream
}

// A hit is a profile that was found, with the clauses that found it.
type hit struct {
	ID       string
	Document string
	By       []*clause
}

// newClause makes a clause of a key and its values.
func newClause(key string, values []string) *clause {
	c := &clause{key: key, values: values}
	for _, v := range values {
		c.streams = append(c.streams, &stream{key: key, value: fold(v)})
	}
	return c
}

// check refuses a search that cannot be made.
func (s *search) check() error {
	n := 0
	for _, c := range s.clauses {
		if !slices.Contains(predefined, c.key) {
			return invalid("There is no search key " + c.key + ".")
		}
		if len(c.values) == 0 {
			return invalid("The search key " + c.key + " has no values.")
		}
		n += len(c.values)
	}
	if n > maxValues {
		return invalid("A search may have " + strconv.Itoa(maxValues) + " values at most.")
	}
	return nil
}

// page gives at most size hits in a domain, in the order of their ids, from an id on.
func (s *search) page(tx *store.Tx, domainID int64, from string, size int) ([]hit, error) {
	for _, c := range s.clauses { // the transaction may be a second try
		for _, st := range c.streams {
			st.buffer, st.last = nil, false
		}
	}
	next := s.any
	if s.all {
		next = s.every
	}
	var hits []hit
	for len(hits) < size {
		id, by, err := next(tx, domainID, from)
		if err != nil {
			return nil, err
		}
		if id == end {
			break
		}
		document, err := getDocument(tx, domainID, id)
		if err != nil {
			return nil, err
		}
		hits = append(hits, hit{ID: id, Document: document, By: by})
		from = behind(id)
	}
	return hits, nil
}

// behind gives a text that stands behind an id and before every other that is greater.
func behind(id string) string { return id + "0" }

// every gives the first id from a place on that all clauses have: while one of them is ahead, the others
// catch up.
func (s *search) every(tx *store.Tx, domainID int64, from string) (string, []*clause, error) {
	for {
		agreed := true
		for _, c := range s.clauses {
			id, err := c.seek(tx, domainID, from)
			if err != nil || id == end {
				return end, nil, err
			}
			if id != from {
				from, agreed = id, false
			}
		}
		if agreed {
			return from, s.clauses, nil
		}
	}
}

// any gives the first id from a place on that one of the clauses has.
func (s *search) any(tx *store.Tx, domainID int64, from string) (string, []*clause, error) {
	first := end
	var by []*clause
	for _, c := range s.clauses {
		id, err := c.seek(tx, domainID, from)
		if err != nil {
			return end, nil, err
		}
		if id < first {
			first, by = id, nil
		}
		if id == first && id != end {
			by = append(by, c)
		}
	}
	return first, by, nil
}

// seek gives the first id from a place on that one of the clause's values has.
func (c *clause) seek(tx *store.Tx, domainID int64, from string) (string, error) {
	first := end
	for _, st := range c.streams {
		id, err := st.seek(tx, domainID, from)
		if err != nil {
			return end, err
		}
		first = min(first, id)
	}
	return first, nil
}

// A stream gives the ids of the profiles that have one value under one key, in order. It only goes forward.
type stream struct {
	key, value string
	buffer     []string
	last       bool // nothing is behind the buffer
}

// seek gives the stream's first id from a place on, end when there is none.
func (st *stream) seek(tx *store.Tx, domainID int64, from string) (string, error) {
	n, _ := slices.BinarySearch(st.buffer, from)
	st.buffer = st.buffer[n:]
	if len(st.buffer) == 0 && !st.last {
		var err error
		if st.buffer, err = listIDs(tx, domainID, st.key, st.value, from); err != nil {
			return end, err
		}
		st.last = len(st.buffer) < chunk
	}
	if len(st.buffer) == 0 {
		return end, nil
	}
	return st.buffer[0], nil
}
