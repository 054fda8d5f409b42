package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/casestream/casestream/client"
)

// finish is what is left to do when all cases are there. Until then a template that the import made is bare:
// cases that were made when it demanded something else must pass. And an option is active, even if cases may
// no longer take it up. Tags come with it because the API makes a thing first and tags it then: a run that goes on
// in between finds the thing by its name, and would not know that the tags are missing.
type finish struct {
	Template string          `json:"template,omitempty"` // its name
	Delete   bool            `json:"delete,omitempty"`
	Update   json.RawMessage `json:"update,omitempty"` // the input of UpdateTemplate
	Field    string          `json:"field,omitempty"`
	Option   *Option         `json:"option,omitempty"`

	Of   string            `json:"of,omitempty"` // kind and id in the file of what gets tags
	Tags map[string]string `json:"tags,omitempty"`
}

// later makes it durable that something is to be done at the end. It comes before what makes it necessary: a
// run that goes on finds a template by its name, and would not know that it is bare.
func (m *importer) later(f finish) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, known := range m.position.Finish {
		if known.Of == f.Of && known.Template == f.Template && known.Field == f.Field && (f.Option == nil || known.Option != nil && known.Option.Value == f.Option.Value) {
			return nil
		}
	}
	m.position.Finish = append(m.position.Finish, f)
	return m.saveLocked()
}

// tagLater makes it durable that something that is about to be made gets tags.
func (m *importer) tagLater(r Record, id string, tags map[string]string) error {
	own := ownTags(tags)
	if len(own) == 0 {
		return nil
	}
	return m.later(finish{Of: r.kind() + " " + id, Tags: own})
}

// made gives the ARN of what became of a part of the configuration.
func (m *importer) made(of string) string {
	kind, _, _ := strings.Cut(of, " ")
	if kind == kindRule {
		kind = "case-rule"
	}
	return m.arn + "/" + kind + "/" + m.position.IDs[of]
}

// finish does what was left for the end. Each step may be done again.
func (m *importer) finish(ctx context.Context) error {
	if err := m.listTemplates(ctx); err != nil {
		return err
	}
	for len(m.position.Finish) > 0 {
		f := m.position.Finish[0]
		id, there := m.names.templates[f.Template]
		var err error
		switch {
		case f.Tags != nil:
			err = m.To.tag(ctx, m.made(f.Of), f.Tags)
		case f.Option != nil:
			err = m.putOptions(ctx, f.Field, []Option{*f.Option})
		case !there: // an earlier run has deleted it
		case f.Delete:
			err = m.To.call(ctx, http.MethodDelete, "/templates/"+url.PathEscape(id), nil, nil)
			if client.Code(err) == "ResourceNotFoundException" { // an earlier run's request, carried out after the look
				err = nil
			}
		default:
			err = m.To.call(ctx, http.MethodPut, "/templates/"+url.PathEscape(id), f.Update, nil)
		}
		if err != nil {
			return fmt.Errorf("when all cases were there: %w", err)
		}
		m.position.Finish = m.position.Finish[1:]
	}
	return nil
}
