package connectcases

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	api "github.com/casestream/casestream/awsapi/connectcases"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/wire"
)

// The sizes of pages of a search.
const (
	searchPageSize    = 25
	maxSearchPageSize = 100
)

// SearchCases finds cases by their fields, tags and words.
func (s *Service) SearchCases(ctx context.Context, in *api.SearchCasesInput) (*api.SearchCasesOutput, error) {
	f, err := caseFilter(in.Filter)
	if err != nil {
		return nil, err
	}
	hash, err := searchHash(in)
	if err != nil {
		return nil, err
	}
	size := wire.Ptr(int32(searchPageSize))
	if in.MaxResults != nil {
		size = in.MaxResults
	}
	out := &api.SearchCasesOutput{}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		cat, err := s.catalog(tx, in.DomainId)
		if err != nil {
			return err
		}
		q := &query{svc: s, tx: tx, gone: ctx.Err, cat: cat, filter: f, size: pageSize(size, maxSearchPageSize)}
		if in.SearchTerm != nil && *in.SearchTerm != "" {
			q.term = searchTerm(*in.SearchTerm)
			q.none = len(q.term) == 0
		}
		fields, err := q.check(in)
		if err != nil {
			return err
		}
		token, err := openSearch(in.NextToken, hash, q.sorts)
		if err != nil {
			return err
		}
		if err := q.open(token); err != nil {
			return err
		}
		p, err := q.run()
		if err != nil {
			return err
		}
		*out = *q.output(p, fields, token, hash)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// check finds the fields that a search names: those of the filter and the order, which it keeps, and those that
// the answer shows.
func (q *query) check(in *api.SearchCasesInput) ([]*Field, error) {
	if q.filter != nil {
		if err := q.filter.resolve(q.cat); err != nil {
			return nil, err
		}
	}
	if err := q.orderBy(in.Sorts); err != nil {
		return nil, err
	}
	fields, unknown, err := q.cat.pickFields(identifiers(in.Fields))
	if err == nil && unknown != nil {
		err = unknownFields(unknown)
	}
	return fields, err
}

// orderBy sets the order: what was asked for, or the newest update first.
func (q *query) orderBy(sorts []api.Sort) error {
	if len(sorts) == 0 {
		sorts = []api.Sort{{FieldId: fieldLastUpdated, SortOrder: api.OrderDesc}}
	}
	ids := make([]string, len(sorts))
	for i, s := range sorts {
		ids[i] = s.FieldId
	}
	fields, unknown, err := q.cat.pickFields(ids)
	if err != nil {
		return err
	}
	if unknown != nil {
		return unknownFields(unknown)
	}
	for i, s := range sorts {
		q.sorts = append(q.sorts, sortBy{field: fields[i], desc: s.SortOrder == api.OrderDesc})
	}
	return nil
}

// open sets what the search sees: what the first page saw, which is this one where there is no token.
func (q *query) open(token *searchToken) error {
	if token != nil {
		q.view, q.after = newView(q.cat.domain.No, token.horizon, token.at, false), &token.after
		return nil
	}
	horizon, err := q.tx.Horizon()
	if err != nil {
		return err
	}
	newest, err := listNewest(q.tx, q.cat.domain.No, minMicros, newestRows)
	for _, r := range newest {
		horizon = horizon.Including(r.number)
	}
	q.view = newView(q.cat.domain.No, horizon, q.tx.Now(), true)
	return err
}

// newestRows is how many rows at the end of the order are looked at for the newest commit that a snapshot has: more
// than one, should a clock have been put back.
const newestRows = 8

// output puts a page into its shape.
func (q *query) output(p searchPage, fields []*Field, token *searchToken, hash string) *api.SearchCasesOutput {
	out := &api.SearchCasesOutput{Cases: make([]*api.SearchCasesResponseItem, len(p.cases)), TotalCount: p.total}
	for i, f := range p.cases {
		item := &api.SearchCasesResponseItem{CaseId: f.c.ID, TemplateId: f.c.TemplateID, Fields: []api.FieldValue{}, Tags: sparse(f.c.Tags)}
		for _, field := range fields {
			if v := f.c.value(field.ID); v.Kind != Empty {
				item.Fields = append(item.Fields, api.FieldValue{Id: field.ID, Value: valueUnion(v)})
			}
		}
		out.Cases[i] = item
	}
	if token != nil {
		out.TotalCount = token.total
	}
	if p.more {
		next := searchToken{hash: hash, at: q.view.at, horizon: q.view.horizon, total: out.TotalCount, after: p.cases[len(p.cases)-1].at}
		out.NextToken = wire.Ptr(next.String())
	}
	return out
}

// searchHash tells one search from another: a token is good for the one that it came from. The size of the
// pages and the fields shown may change on the way.
func searchHash(in *api.SearchCasesInput) (string, error) {
	text, err := json.Marshal([]any{in.DomainId, in.SearchTerm, in.Filter, in.Sorts})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return base64.RawStdEncoding.EncodeToString(sum[:12]), nil
}

// caseFilter takes a filter out of its shape.
func caseFilter(in *api.CaseFilter) (*filter, error) {
	switch {
	case in == nil:
		return nil, nil
	case in.Field != nil:
		return fieldFilter(in.Field)
	case in.Not != nil:
		part, err := caseFilter(in.Not)
		return &filter{op: opNot, parts: []*filter{part}}, err
	case in.Tag != nil && in.Tag.EqualTo != nil:
		return &filter{op: opTag, tagKey: in.Tag.EqualTo.Key, tagValue: in.Tag.EqualTo.Value}, nil
	case in.Tag != nil:
		return &filter{op: opTag}, nil
	}
	f, list := &filter{op: opAnd}, in.AndAll
	if in.OrAll != nil {
		f.op, list = opOr, in.OrAll
	}
	for i := range list {
		part, err := caseFilter(&list[i])
		if err != nil {
			return nil, err
		}
		f.parts = append(f.parts, part)
	}
	return f, nil
}

// fieldFilter takes a comparison out of its shape.
func fieldFilter(in *api.FieldFilter) (*filter, error) {
	for _, c := range []struct {
		op filterOp
		v  *api.FieldValue
	}{
		{opEqual, in.EqualTo},
		{opContains, in.Contains},
		{opGreater, in.GreaterThan},
		{opGreaterOrEqual, in.GreaterThanOrEqualTo},
		{opLess, in.LessThan},
		{opLessOrEqual, in.LessThanOrEqualTo},
	} {
		if c.v == nil {
			continue
		}
		list, err := fieldValues([]api.FieldValue{*c.v})
		if err != nil {
			return nil, err
		}
		return &filter{op: c.op, fieldID: list[0].ID, value: list[0].Value}, nil
	}
	return nil, invalid("A field filter needs a comparison.")
}
