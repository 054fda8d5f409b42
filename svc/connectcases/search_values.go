package connectcases

import (
	"math"
)

// runValues fills the page in the order of a field's values. Where these are many and matches are rare, looking
// at all cases that can match is quicker than going on.
func (q *query) runValues(col *collector) error {
	s := q.sorts[0]
	col.ordered = true
	from := valueKey{value: []byte{}, no: math.MinInt64}
	if s.desc {
		from = valueKey{value: lastValue, no: math.MaxInt64}
	}
	if q.after != nil && q.after.keys[0] != nil {
		from.value = q.after.keys[0]
		if len(q.sorts) == 1 {
			from.no = q.after.no
		}
	}
	if q.after == nil || q.after.keys[0] != nil {
		for looked := 0; ; {
			rows, err := listInOrder(q.tx, q.cat.domain.No, s, from, readAtOnce)
			if err != nil {
				return err
			}
			full, err := q.visitCases(rows, col)
			if full || err != nil {
				return err
			}
			if len(rows) < readAtOnce {
				break
			}
			from = rows[len(rows)-1]
			if looked += len(rows); looked >= walkPatience && q.signature != (signature{}) {
				col.ordered = false
				return q.runAll(col)
			}
		}
	}
	return q.runUnset(col)
}

// lastValue sorts behind every value.
var lastValue = []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")

// visitCases reads cases and adds those that match.
func (q *query) visitCases(rows []valueKey, col *collector) (full bool, err error) {
	nos := make([]int64, len(rows))
	for i, r := range rows {
		nos[i] = r.no
	}
	err = q.eachFew(nos, func(f found) bool {
		full = col.add(f)
		return full
	})
	return full, err
}

// runUnset goes on with the cases that have no value in the field that the order begins with: these come last,
// in the order of their numbers.
func (q *query) runUnset(col *collector) error {
	after, desc := int64(math.MinInt64), q.sorts[len(q.sorts)-1].desc
	if desc {
		after = math.MaxInt64
	}
	if q.after != nil && q.after.keys[0] == nil && len(q.sorts) == 1 {
		after = q.after.no
	}
	for {
		if err := q.gone(); err != nil {
			return err
		}
		list, err := listCases(q.tx, q.cat.domain.ID, after, desc, readAtOnce)
		if err != nil {
			return err
		}
		if q.placesNeeded() {
			if err := q.view.place(q.tx, list); err != nil {
				return err
			}
		}
		for _, c := range list {
			after = c.No
			if c.value(q.sorts[0].field.ID).Kind != Empty || !q.match(c) {
				continue
			}
			if at, ok := q.spot(c); ok && col.add(found{c, at}) {
				return nil
			}
		}
		if len(list) < readAtOnce {
			return nil
		}
	}
}
