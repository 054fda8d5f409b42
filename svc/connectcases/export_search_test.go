package connectcases

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
)

// What tests of the search look at from outside.
var (
	Words          = words
	InstantKey     = dateTimeKey
	NumberKey      = numberKey
	CompareInOrder = bytes.Compare
)

// SettleAfter is how long the sweep leaves rows alone.
const SettleAfter = settleAfter

// SearchToken makes the token of a search from what a forger may choose, and reads it.
func SearchToken(token string, sorts int) bool {
	list := make([]sortBy, sorts)
	for i := range list {
		list[i] = sortBy{field: &Field{Entry: Entry{ID: fieldLastUpdated}, Type: typeDateTime}}
	}
	_, ok := parseSearchToken(&token, list)
	return ok
}

// CheckIndex compares the tables of the search with what they should hold of a domain's cases, and tells the
// first differences.
func (s *Service) CheckIndex(ctx context.Context, domainID string) (wrong []string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		cat, err := s.catalog(tx, domainID)
		if err != nil {
			return err
		}
		cases, err := listCases(tx, domainID, 0, false, 1_000_000)
		if err != nil {
			return err
		}
		wrong = nil
		for _, check := range []func(*store.Tx, *catalog, []*Case) ([]string, error){checkRecent, checkValues, checkWords} {
			w, err := check(tx, cat, cases)
			if err != nil {
				return err
			}
			wrong = append(wrong, w...)
		}
		return nil
	})
	return wrong[:min(len(wrong), 10)], err
}

// checkRecent compares the rows that count with the cases, and their signatures with the filters' terms.
func checkRecent(tx *store.Tx, cat *catalog, cases []*Case) (wrong []string, err error) {
	for _, c := range cases {
		var got [8]int64
		found, err := tx.Get(`SELECT s0, s1, s2, s3, s4, s5, s6, s7 FROM cases_recent WHERE domain_no = ? AND updated_at = ? AND case_no = ?`,
			[]any{cat.domain.No, c.UpdatedAt.UnixMicro(), c.No}, &got[0], &got[1], &got[2], &got[3], &got[4], &got[5], &got[6], &got[7])
		if err != nil {
			return nil, err
		}
		want := c.signature(cat, c.words(cat))
		for i, part := range want {
			if !found || uint64(got[i]) != part {
				wrong = append(wrong, fmt.Sprintf("case %d: row of cases_recent found %t, part %d is %x, want %x", c.No, found, i, uint64(got[i]), part))
				break
			}
		}
	}
	return wrong, nil
}

// checkValues compares cases_value with the cases.
func checkValues(tx *store.Tx, cat *catalog, cases []*Case) ([]string, error) {
	var want []string
	for _, c := range cases {
		for _, v := range cat.indexed(c) {
			want = append(want, fmt.Sprintf("value %d %x %d", v.fieldNo, v.value, v.no))
		}
	}
	got, err := store.List(tx, `SELECT field_no, value, case_no FROM cases_value WHERE domain_no = ?`, []any{cat.domain.No}, func(scan store.Scan) (string, error) {
		var v valueRow
		err := scan(&v.fieldNo, &v.value, &v.no)
		return fmt.Sprintf("value %d %x %d", v.fieldNo, v.value, v.no), err
	})
	return unlike(got, want), err
}

// checkWords compares cases_words with the cases: each word finds exactly the cases that have it.
func checkWords(tx *store.Tx, cat *catalog, cases []*Case) (wrong []string, err error) {
	have := map[string][]string{}
	for _, w := range []string{"alpha", "beta", "gamma", "delta", "épée", "nosuchword", moreWords} {
		have[w] = nil
	}
	for _, c := range cases {
		for _, w := range c.words(cat) {
			have[w] = append(have[w], fmt.Sprint(c.No))
		}
	}
	for w, want := range have {
		nos, err := listWords(tx, []string{domainWord(cat.domain, w)}, 1_000_000)
		if err != nil {
			return nil, err
		}
		var got []string
		for _, no := range nos {
			got = append(got, fmt.Sprint(no))
		}
		for _, d := range unlike(got, want) {
			wrong = append(wrong, "word "+w+": "+d)
		}
	}
	return wrong, nil
}

// unlike tells what is in one list and not in the other, or more often.
func unlike(got, want []string) (list []string) {
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return nil
	}
	for _, g := range got {
		if _, ok := slices.BinarySearch(want, g); !ok {
			list = append(list, "too much: "+g)
		}
	}
	for _, w := range want {
		if _, ok := slices.BinarySearch(got, w); !ok {
			list = append(list, "missing: "+w)
		}
	}
	return append(list, fmt.Sprintf("%d instead of %d: %.200s", len(got), len(want), strings.Join(got, "|")))
}

// CheckSignatures tells which cases a search wants although their signatures say that they cannot match.
func (s *Service) CheckSignatures(ctx context.Context, in *api.SearchCasesInput) (wrong []string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		cat, err := s.catalog(tx, in.DomainId)
		if err != nil {
			return err
		}
		q := &query{svc: s, tx: tx, cat: cat}
		if in.SearchTerm != nil {
			q.term = searchTerm(*in.SearchTerm)
		}
		if q.filter, err = caseFilter(in.Filter); err != nil {
			return err
		}
		if _, err := q.check(in); err != nil {
			return err
		}
		q.prepare()
		cases, err := listCases(tx, in.DomainId, 0, false, 1_000_000)
		for _, c := range cases {
			if have := c.signature(cat, c.words(cat)); q.match(c) && !have.has(q.signature) {
				wrong = append(wrong, c.ID)
			}
		}
		return err
	})
	return wrong, err
}

// has says whether the signature has all bits of another one.
func (s *signature) has(other signature) bool {
	for i, part := range other {
		if s[i]&part != part {
			return false
		}
	}
	return true
}
