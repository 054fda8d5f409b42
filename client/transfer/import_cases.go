package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/casestream/casestream/client"
)

// attempts is how often a line is tried whose request ended without an answer, or with one that does not say
// whether anything was done.
const attempts = 5

// importCase makes a case with all that is related to it, or in the second pass its links, and gives its id.
func (m *importer) importCase(ctx context.Context, line int, c *Case) (id string, err error) {
	doubtful := line <= m.doubtful || m.position.Compare
	pause := 200 * time.Millisecond
	for range attempts {
		if m.position.Pass == passCases {
			id, err = m.wholeCase(ctx, line, c, doubtful)
		} else {
			err = m.links(ctx, line, c, doubtful)
		}
		if err == nil || !uncertain(err) || ctx.Err() != nil {
			break
		}
		// What was made in this attempt is found when it is compared in the next one.
		doubtful = true
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(pause):
		}
		pause *= 2
	}
	return id, err
}

// uncertain says whether a call failed in a way that leaves open whether it was done.
func uncertain(err error) bool {
	if answered, ok := errors.AsType[*client.Error](err); ok {
		return answered.Status >= http.StatusInternalServerError && answered.Status != http.StatusNotImplemented
	}
	var local *localError
	return !errors.As(err, &local)
}

// localError is a mistake in the file: it will not go away.
type localError struct{ error }

// Unwrap gives the mistake.
func (e *localError) Unwrap() error { return e.error }

// wholeCase makes a case and what is related to it, but for its links.
func (m *importer) wholeCase(ctx context.Context, line int, c *Case, doubtful bool) (string, error) {
	m.mu.Lock()
	id := m.cases[line]
	m.mu.Unlock()
	if id == "" {
		var err error
		if id, err = m.createCase(ctx, c); err != nil {
			return "", err
		}
		m.mu.Lock()
		m.cases[line] = id
		if _, linked := m.position.Links[c.ID]; linked {
			m.position.Links[c.ID] = id
		}
		m.mu.Unlock()
	}
	items := slices.DeleteFunc(slices.Clone(c.Items), func(i Item) bool { return i.Type == itemLink })
	return id, m.items(ctx, line, id, items, doubtful)
}

// token is the clientToken of a case: the same line, sent twice to a domain, makes one case.
func token(domainID, caseID string) string {
	sum := sha256.Sum256([]byte(domainID + " " + caseID))
	return hex.EncodeToString(sum[:])
}

// createCase makes the case.
func (m *importer) createCase(ctx context.Context, c *Case) (string, error) {
	template, err := m.id(kindTemplate, c.TemplateID)
	if err != nil {
		return "", &localError{err}
	}
	values := []Value{}
	for _, f := range c.Fields {
		if setByService[f.ID] {
			continue
		}
		id, err := m.fieldID(f.ID)
		if err != nil {
			return "", &localError{err}
		}
		values = append(values, Value{id, f.Value})
	}
	first, rest := values, []Value(nil)
	if len(values) > maxValues {
		// What a case cannot be made without must be among the first.
		slices.SortStableFunc(values, func(a, b Value) int { return essential(a.ID) - essential(b.ID) })
		first, rest = values[:maxValues], values[maxValues:]
	}
	in := object{"templateId": template, "fields": first, "clientToken": token(m.To.ID, c.ID)}
	if tags := ownTags(c.Tags); len(tags) > 0 {
		in["tags"] = tags
	}
	var made struct {
		CaseID string `json:"caseId"`
	}
	switch err := m.To.post(ctx, "/cases", in, &made); {
	case client.Code(err) == "ConflictException": // the token was used with other values
		return "", fmt.Errorf("the case %s was imported before, when it was another: %w", c.ID, err)
	case err != nil:
		return "", err
	}
	for batch := range slices.Chunk(rest, maxValues) {
		if err := m.To.call(ctx, http.MethodPut, casePath(made.CaseID), object{"fields": batch}, nil); err != nil {
			return "", err
		}
	}
	return made.CaseID, nil
}

// essential puts the fields first that the API demands of a new case.
func essential(id string) int {
	switch id {
	case "title", "customer_id", "status":
		return 0
	}
	return 1
}

// links makes the links of a case with others.
func (m *importer) links(ctx context.Context, line int, c *Case, doubtful bool) error {
	m.mu.Lock()
	id := m.position.Links[c.ID]
	m.mu.Unlock()
	var list []Item
	for _, i := range c.Items {
		if i.Type != itemLink {
			continue
		}
		m.mu.Lock()
		other := m.position.Links[linkedCase(i.Content)]
		m.mu.Unlock()
		if other == "" {
			m.left(line, "a link to the case "+linkedCase(i.Content)+", which the file does not have")
			continue
		}
		content, err := json.Marshal(object{"connectCase": object{"caseId": other}})
		if err != nil {
			return err
		}
		i.Content = content
		list = append(list, i)
	}
	if len(list) == 0 {
		return nil
	}
	if id == "" {
		return &localError{fmt.Errorf("the case %s was not imported", c.ID)}
	}
	return m.items(ctx, line, id, list, doubtful)
}

// left tells of something that is not carried over.
func (m *importer) left(line int, what string) {
	if m.Left != nil {
		m.Left(line, what)
	}
}
