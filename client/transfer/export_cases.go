package transfer

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/casestream/casestream/client"
)

// found is a case that the search found.
type found struct {
	id, template string
	created      string    // created_datetime
	before       *Template // a line that must come first: the deleted template that the case was made from
}

// fetched is a case on its way into the file.
type fetched struct {
	found
	line *Case // nil: it was deleted after it had been found
	err  error
}

// cases writes the cases in the order of the search. Several are fetched at once; those that come out of
// order wait.
func (w *exporter) cases(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		found
		result chan fetched
	}
	jobs := make(chan job)
	order := make(chan chan fetched, 4*w.Connections)
	var group sync.WaitGroup
	for range w.Connections {
		group.Go(func() {
			for j := range jobs {
				j.result <- w.fetch(ctx, j.found)
			}
		})
	}
	group.Go(func() {
		defer close(order)
		defer close(jobs)
		err := w.search(ctx, func(c found) error {
			j := job{c, make(chan fetched, 1)}
			select {
			case order <- j.result:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			jobs <- j // a worker takes it: fetch ends when ctx does
			return nil
		})
		if err != nil {
			cancel(err)
		}
	})
	for result := range order {
		if err := w.put(<-result); err != nil {
			cancel(err)
			break
		}
	}
	group.Wait()
	return context.Cause(ctx)
}

// put writes a case that was fetched.
func (w *exporter) put(c fetched) error {
	if c.err != nil {
		return c.err
	}
	if c.before != nil { // also before a case that is gone: further ones were made from the template
		if err := w.line(c.before); err != nil {
			return err
		}
	}
	if c.line == nil {
		return nil
	}
	if err := w.line(c.line); err != nil {
		return err
	}
	return w.written(c.found)
}

// page is a page of SearchCases.
type page struct {
	Cases []*struct {
		CaseID     string  `json:"caseId"`
		TemplateID string  `json:"templateId"`
		Fields     []Value `json:"fields"`
	} `json:"cases"`
	NextToken string `json:"nextToken"`
	Total     *int   `json:"totalCount"`
}

// search hands over the cases that are not yet written, oldest first. A run that goes on begins at the instant
// of the last case, not with an old page token: tokens may not live as long as an interruption.
func (w *exporter) search(ctx context.Context, take func(found) error) error {
	written := make(map[string]bool, len(w.position.At))
	for _, id := range w.position.At {
		written[id] = true
	}
	in := object{
		"maxResults": pageOfCases, "fields": []object{{"id": "created_datetime"}},
		"sorts": []object{{"fieldId": "created_datetime", "sortOrder": "Asc"}},
	}
	if w.position.After != "" {
		in["filter"] = object{"field": object{"greaterThanOrEqualTo": object{
			"id": "created_datetime", "value": object{"stringValue": w.position.After},
		}}}
	}
	for first := true; ; first = false {
		var p page
		if err := w.From.post(ctx, "/cases-search", in, &p); err != nil {
			return err
		}
		if first && w.Total != nil && p.Total != nil {
			w.Total(*p.Total - len(written))
		}
		for _, c := range p.Cases {
			if c == nil || written[c.CaseID] {
				continue
			}
			next := found{id: c.CaseID, template: c.TemplateID}
			for _, f := range c.Fields {
				if f.ID == "created_datetime" {
					next.created = textOf(f.Value)
				}
			}
			if !w.templates[c.TemplateID] {
				t, err := w.readTemplate(ctx, c.TemplateID)
				if err != nil {
					return err
				}
				next.before = t
			}
			if err := take(next); err != nil {
				return err
			}
		}
		if p.NextToken == "" {
			return nil
		}
		in["nextToken"] = p.NextToken
	}
}

// textOf gives a value's stringValue.
func textOf(value json.RawMessage) string {
	var v struct {
		Text string `json:"stringValue"`
	}
	_ = json.Unmarshal(value, &v) // a value of another kind has no text
	return v.Text
}

// fetch reads a case with all that is related to it.
func (w *exporter) fetch(ctx context.Context, c found) fetched {
	line := &Case{Type: kindCase, ID: c.id, Fields: []Value{}}
	for ids := range slices.Chunk(w.fields, maxValues) {
		var wanted []object
		for _, id := range ids {
			wanted = append(wanted, object{"id": id})
		}
		for token := ""; ; {
			in := object{"fields": wanted}
			if token != "" {
				in["nextToken"] = token
			}
			var got struct {
				Fields     []Value           `json:"fields"`
				TemplateID string            `json:"templateId"`
				Tags       map[string]string `json:"tags"`
				NextToken  string            `json:"nextToken"`
			}
			if err := w.From.post(ctx, casePath(c.id), in, &got); err != nil {
				return gone(c, err)
			}
			line.TemplateID, line.Tags = got.TemplateID, ownTags(got.Tags)
			line.Fields = append(line.Fields, got.Fields...)
			if token = got.NextToken; token == "" {
				break
			}
		}
	}
	var err error
	if line.Items, err = w.From.items(ctx, c.id); err != nil {
		return gone(c, err)
	}
	if line.Items, err = w.known(line.Items); err != nil {
		return fetched{found: c, err: err}
	}
	for i := range line.Items {
		line.Items[i].Tags = ownTags(line.Items[i].Tags)
		line.Items[i].PerformedBy = something(line.Items[i].PerformedBy)
	}
	return fetched{found: c, line: line}
}

// known leaves the values of deleted fields out of items of type Custom, and the items that have no others: no
// line says what their ids mean, and no domain would take them.
func (w *exporter) known(items []Item) ([]Item, error) {
	var kept []Item
	for _, i := range items {
		if i.Type == itemCustom {
			var c struct {
				Custom struct {
					Fields []Value `json:"fields"`
				} `json:"custom"`
			}
			if err := json.Unmarshal(i.Content, &c); err != nil {
				return nil, err
			}
			all := len(c.Custom.Fields)
			c.Custom.Fields = slices.DeleteFunc(c.Custom.Fields, func(v Value) bool { return !slices.Contains(w.fields, v.ID) })
			switch len(c.Custom.Fields) {
			case all:
			case 0:
				continue
			default:
				var err error
				if i.Content, err = json.Marshal(object{"custom": c.Custom}); err != nil {
					return nil, err
				}
			}
		}
		kept = append(kept, i)
	}
	return kept, nil
}

// gone leaves a case out that was deleted after it had been found.
func gone(c found, err error) fetched {
	if client.Code(err) == "ResourceNotFoundException" {
		return fetched{found: c}
	}
	return fetched{found: c, err: err}
}
