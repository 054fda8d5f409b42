package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/client"
)

// The types of related items that need more than to be copied.
const (
	itemLink   = "ConnectCase"
	itemSLA    = "Sla"
	itemCustom = "Custom"
)

// items makes related items on a case, in their order. In doubt it looks first which of them are there: nothing
// in the API keeps an item from being made twice.
func (m *importer) items(ctx context.Context, line int, caseID string, list []Item, doubtful bool) error {
	if len(list) == 0 {
		return nil
	}
	have := make(map[string][]Item)
	if doubtful {
		there, err := m.To.items(ctx, caseID)
		if err != nil {
			return err
		}
		for _, i := range there {
			k := key(i)
			have[k] = append(have[k], i)
		}
	}
	for _, i := range list {
		i, why, err := m.prepare(i)
		if err != nil {
			return &localError{fmt.Errorf("related item %s: %w", i.ID, err)}
		}
		if why != "" {
			m.left(line, why)
			continue
		}
		k := key(i)
		if len(have[k]) > 0 {
			there := have[k][0]
			have[k] = have[k][1:]
			if err := m.To.tag(ctx, m.arn+"/case/"+caseID+"/related-item/"+there.ID, i.Tags); err != nil {
				return err
			}
			continue
		}
		if err := m.item(ctx, caseID, i); err != nil {
			if !m.LeaveOut || !refused(err) {
				return fmt.Errorf("related item %s: %w", i.ID, err)
			}
			m.left(line, fmt.Sprintf("the %s %s, which was refused: %v", i.Type, i.ID, err))
		}
	}
	return nil
}

// refused says whether the server will not have an item, now or later. That a key has ended or may not do so is
// about no item: it would be said of every further one.
func refused(err error) bool {
	switch client.Code(err) {
	case "ValidationException", "ResourceNotFoundException", "ConflictException", "ServiceQuotaExceededException":
		return true
	}
	return false
}

// item makes a related item and tags it.
func (m *importer) item(ctx context.Context, caseID string, i Item) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	ctx, done := finishing(ctx)
	defer done()
	in := object{"type": i.Type, "content": i.Content}
	if len(i.PerformedBy) > 0 {
		in["performedBy"] = i.PerformedBy
	}
	var made struct {
		ARN string `json:"relatedItemArn"`
	}
	if err := m.To.post(ctx, casePath(caseID)+"/related-items/", in, &made); err != nil {
		return err
	}
	return m.To.tag(ctx, made.ARN, i.Tags)
}

// prepare makes of an item that was read one that can be written, or says why it cannot be carried over.
func (m *importer) prepare(i Item) (Item, string, error) {
	var err error
	switch i.Type {
	case "Contact":
		var c struct {
			Contact struct {
				ARN string `json:"contactArn"`
			} `json:"contact"`
		}
		if err = json.Unmarshal(i.Content, &c); err == nil { // the channel and the time are the service's to know
			i.Content, err = json.Marshal(object{"contact": object{"contactArn": c.Contact.ARN}})
		}
	case itemCustom:
		i.Content, err = remap(i.Content, m.fieldID)
	case itemSLA:
		return m.prepareSLA(i)
	}
	return i, "", err
}

// sla is the content of an item of type Sla, as the API gives it.
type sla struct {
	Sla struct {
		Configuration struct {
			Name   string          `json:"name"`
			Type   string          `json:"type"`
			Status string          `json:"status"`
			Field  string          `json:"fieldId"`
			Values json.RawMessage `json:"targetFieldValues"`
			Target time.Time       `json:"targetTime"`
		} `json:"slaConfiguration"`
	} `json:"sla"`
}

// prepareSLA gives an SLA the minutes that it has left. One that has ended would begin anew, and is left out.
func (m *importer) prepareSLA(i Item) (Item, string, error) {
	var s sla
	if err := json.Unmarshal(i.Content, &s); err != nil {
		return i, "", err
	}
	c := s.Sla.Configuration
	remaining := time.Until(c.Target)
	if c.Status != "Active" || remaining <= 0 {
		return i, fmt.Sprintf("the SLA %q, which has ended", c.Name), nil
	}
	field, err := m.fieldID(c.Field)
	if err != nil {
		return i, "", err
	}
	i.Content, err = json.Marshal(object{"sla": object{"slaInputConfiguration": object{
		"name": c.Name, "type": c.Type, "fieldId": field, "targetFieldValues": c.Values,
		"targetSlaMinutes": int64((remaining + time.Minute - 1) / time.Minute),
	}}})
	return i, "", err
}

// linkedCase gives the case that an item of type ConnectCase leads to.
func linkedCase(content json.RawMessage) string {
	var c struct {
		Link struct {
			CaseID string `json:"caseId"`
		} `json:"connectCase"`
	}
	_ = json.Unmarshal(content, &c) // a content of another form leads nowhere
	return c.Link.CaseID
}

// key tells what an item is, so that one that was read can be compared with one that is to be written.
func key(i Item) string {
	var c struct {
		Contact struct {
			ARN string `json:"contactArn"`
		} `json:"contact"`
		Comment struct {
			Body string `json:"body"`
		} `json:"comment"`
		File struct {
			ARN string `json:"fileArn"`
		} `json:"file"`
		Link struct {
			CaseID string `json:"caseId"`
		} `json:"connectCase"`
		SLA struct {
			Read    struct{ Name string } `json:"slaConfiguration"`
			Written struct{ Name string } `json:"slaInputConfiguration"`
		} `json:"sla"`
		Custom struct {
			Fields []struct {
				ID    string         `json:"id"`
				Value map[string]any `json:"value"`
			} `json:"fields"`
		} `json:"custom"`
	}
	_ = json.Unmarshal(i.Content, &c) // what cannot be read differs from everything
	k := []any{i.Type, c.Contact.ARN, c.Comment.Body, c.File.ARN, c.Link.CaseID, c.SLA.Read.Name + c.SLA.Written.Name}
	fields := make(map[string]any, len(c.Custom.Fields))
	for _, f := range c.Custom.Fields {
		fields[f.ID] = f.Value
	}
	text, err := json.Marshal(append(k, fields))
	if err != nil {
		return i.ID
	}
	return string(text)
}

// finishTime is how long a request that makes an item may go on when the import is to end.
const finishTime = 5 * time.Second

// finishing gives a context for a request that must not be given up half-way: a server may still carry out what
// nobody waits for, behind the look that the next run takes at what is there.
func finishing(ctx context.Context) (context.Context, func()) {
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(finishTime, cancel) })
	return whole, func() {
		stop()
		cancel()
	}
}
