package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/seed"
)

// caseWork measures the operations on cases while many cases are stored. Events are on, with one rule and
// one queue as its target.
type caseWork struct {
	srv    *process
	seed   seed.Seed
	region string // id of a field in which each of 100 values is on one case in a hundred
	order  string // id of a field whose value no two cases share
	ids    []string
	titles atomic.Int64
}

// newCaseWork does the set-up: the documented one, two more fields, and options to choose from.
func newCaseWork(ctx context.Context, srv *process) (*caseWork, error) {
	w := &caseWork{srv: srv, seed: seed.Seed{Client: srv.client(), Account: "111122223333"}}
	for _, step := range []func(context.Context) error{w.seed.Instance, w.seed.Domain, w.seed.Template} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	for _, f := range []struct {
		id         *string
		name, kind string
	}{{&w.region, "Region", "SingleSelect"}, {&w.order, "Order", "Text"}} {
		var made struct{ FieldId string }
		if err := w.seed.Client.REST(ctx, "cases", http.MethodPost, w.path("/fields"), client.Object{"name": f.name, "type": f.kind}, &made); err != nil {
			return nil, err
		}
		*f.id = made.FieldId
	}
	for from := 0; from < regions; from += 50 {
		var options []client.Object
		for i := from; i < from+50; i++ {
			options = append(options, client.Object{"name": fmt.Sprintf("Region %d", i), "value": fmt.Sprintf("region-%d", i), "active": true})
		}
		if err := w.seed.Client.REST(ctx, "cases", http.MethodPut, w.path("/fields/"+w.region+"/options"), client.Object{"options": options}, nil); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// regions is how many values the field Region has; openShare of the cases are open.
const (
	regions   = 100
	openShare = 0.3
)

// path is the path of something in the domain.
func (w *caseWork) path(rest string) string { return "/domains/" + w.seed.DomainID + rest }

// cases signs a request of the Cases API.
func (w *caseWork) cases(method, rest string, in any) *request {
	body, err := json.Marshal(in)
	fail(err)
	return sign(method, w.srv.base, w.path(rest), "cases", "", body)
}

// text is a field with its value, as the API has them.
func text(id, value string) client.Object {
	return client.Object{"id": id, "value": client.Object{"stringValue": value}}
}

// sentence draws words that people would write: few are common, most are rare.
func sentence(r *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		// The fourth power of a uniform number makes the low ranks common, as in a language.
		u := r.Float64()
		b.WriteString(word(int(u * u * u * u * 20_000)))
	}
	return b.String()
}

// word spells the word of a rank.
func word(rank int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for rank += 14 * 5; rank > 0; rank /= 14 * 5 {
		b.WriteByte(consonants[rank%14])
		b.WriteByte(vowels[rank/14%5])
	}
	return b.String()
}

// newCase gives the fields of the i-th case; the same for the same i.
func (w *caseWork) newCase(i int) client.Object {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	status := "closed"
	if r.Float64() < openShare {
		status = "open"
	}
	return client.Object{"templateId": w.seed.TemplateID, "fields": []client.Object{
		text("title", sentence(r, 5)), text("summary", sentence(r, 15)), text("status", status),
		text("customer_id", fmt.Sprintf("arn:aws:profile:us-east-1:111122223333:domains/demo-profiles/profiles/%032x", r.IntN(200_000))),
		text(w.region, fmt.Sprintf("region-%d", r.IntN(regions))), text(w.order, fmt.Sprintf("order-%08d", i)),
		text("case_reason", "Shipment lost"), text(w.seed.FieldID, sentence(r, 6)),
	}}
}

// grow makes cases until there are n. Before the first measurement events are off, later they are on.
func (w *caseWork) grow(ctx context.Context, n int, out io.Writer) error {
	var next atomic.Int64
	next.Store(int64(len(w.ids)))
	began, had := time.Now(), len(w.ids)
	w.ids = append(w.ids, make([]string, max(0, n-len(w.ids)))...)
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for k := range 64 {
		wg.Go(func() {
			c := newConn(k)
			defer c.http.CloseIdleConnections()
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				answer, err := c.do(ctx, w.cases(http.MethodPost, "/cases", w.newCase(i)))
				var made struct{ CaseId string }
				if err == nil {
					err = json.Unmarshal(answer, &made)
				}
				if err != nil {
					errs <- err
					return
				}
				w.ids[i] = made.CaseId
			}
		})
	}
	wg.Wait()
	close(errs)
	if made := n - had; made > 0 {
		fmt.Fprintf(out, "%d cases made at %.0f/s\n", made, float64(made)/time.Since(began).Seconds())
	}
	return <-errs
}

// create measures CreateCase.
func (w *caseWork) create(ctx context.Context, n int, span time.Duration) (result, error) {
	var next atomic.Int64
	next.Store(1 << 40)
	return load(ctx, n, span, func(ctx context.Context, c *conn, _ int) (int, error) {
		_, err := c.do(ctx, w.cases(http.MethodPost, "/cases", w.newCase(int(next.Add(1)))))
		return 1, err
	})
}

// update measures UpdateCase: the title of any case, drawn at random.
func (w *caseWork) update(ctx context.Context, n int, span time.Duration) (result, error) {
	return load(ctx, n, span, func(ctx context.Context, c *conn, _ int) (int, error) {
		in := client.Object{"fields": []client.Object{text("title", fmt.Sprintf("update %d of the title", w.titles.Add(1)))}}
		_, err := c.do(ctx, w.cases(http.MethodPut, "/cases/"+w.any(), in))
		return 1, err
	})
}

// any draws a case.
func (w *caseWork) any() string { return w.ids[rand.IntN(len(w.ids))] }

// get measures GetCase of eight fields of any case.
func (w *caseWork) get(ctx context.Context, n int, span time.Duration) (result, error) {
	var fields []client.Object
	for _, id := range []string{"title", "status", "summary", "customer_id", "created_datetime", "last_updated_datetime", w.region, w.order} {
		fields = append(fields, client.Object{"id": id})
	}
	return w.reads(ctx, n, span, func() *request {
		return w.cases(http.MethodPost, "/cases/"+w.any(), client.Object{"fields": fields})
	})
}

// reads measures requests that are drawn and signed beforehand, as the ceiling's are.
func (w *caseWork) reads(ctx context.Context, n int, span time.Duration, draw func() *request) (result, error) {
	list := make([]*request, 20_000)
	for i := range list {
		list[i] = draw()
	}
	return load(ctx, n, span, func(ctx context.Context, c *conn, _ int) (int, error) {
		_, err := c.do(ctx, list[rand.IntN(len(list))])
		return 1, err
	})
}

// comment measures CreateRelatedItem: a comment on any case.
func (w *caseWork) comment(ctx context.Context, n int, span time.Duration) (result, error) {
	in := client.Object{"type": "Comment", "content": client.Object{"comment": client.Object{"body": "Called back, the parcel is on its way.", "contentType": "Text/Plain"}}}
	return load(ctx, n, span, func(ctx context.Context, c *conn, _ int) (int, error) {
		_, err := c.do(ctx, w.cases(http.MethodPost, "/cases/"+w.any()+"/related-items/", in))
		return 1, err
	})
}

// search gives the measurement of one kind of search, with 25 cases a page and five fields of each.
func (w *caseWork) search(in func() client.Object) func(context.Context, int, time.Duration) (result, error) {
	var fields []client.Object
	for _, id := range []string{"title", "status", "customer_id", "last_updated_datetime", w.region} {
		fields = append(fields, client.Object{"id": id})
	}
	return func(ctx context.Context, n int, span time.Duration) (result, error) {
		return w.reads(ctx, n, span, func() *request {
			body := in()
			body["fields"], body["maxResults"] = fields, 25
			return w.cases(http.MethodPost, "/cases-search", body)
		})
	}
}

// equal is the filter for a value of a field.
func equal(id, value string) client.Object {
	return client.Object{"field": client.Object{"equalTo": text(id, value)}}
}

// newest sorts by last update.
var newest = []client.Object{{"fieldId": "last_updated_datetime", "sortOrder": "Desc"}}

// pieces are what is measured at each number of cases.
func (w *caseWork) pieces() []piece {
	return []piece{
		{"GetCase", w.get, false},
		{"SearchCases, status = open by last update", w.search(func() client.Object {
			return client.Object{"filter": equal("status", "open"), "sorts": newest}
		}), false},
		{"SearchCases, a custom value of 1 in 100", w.search(func() client.Object {
			return client.Object{"filter": equal(w.region, fmt.Sprintf("region-%d", rand.IntN(regions)))}
		}), false},
		{"SearchCases, a custom value of 1 case", w.search(func() client.Object {
			return client.Object{"filter": equal(w.order, fmt.Sprintf("order-%08d", rand.IntN(len(w.ids))))}
		}), false},
		{"SearchCases, a common keyword", w.search(func() client.Object {
			return client.Object{"searchTerm": word(rand.IntN(5))}
		}), false},
		{"SearchCases, a rare keyword", w.search(func() client.Object {
			return client.Object{"searchTerm": word(15_000 + rand.IntN(5000))}
		}), false},
		{"SearchCases, open and 1 in 100", w.search(func() client.Object {
			return client.Object{"filter": client.Object{"andAll": []client.Object{equal("status", "open"), equal(w.region, fmt.Sprintf("region-%d", rand.IntN(regions)))}}}
		}), false},
		{"UpdateCase of any case", w.update, true},
		{"CreateRelatedItem, a comment", w.comment, true},
		{"CreateCase", w.create, true},
	}
}

// piece is one kind of work.
type piece struct {
	name   string
	run    func(context.Context, int, time.Duration) (result, error)
	writes bool
}
