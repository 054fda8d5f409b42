package connectcases

import (
	"encoding/json"
	"fmt"

	"github.com/casestream/casestream/store"
)

// tagUpdates stores the tags of each kind of resource.
var tagUpdates = map[string]string{
	"Domain":      `UPDATE cases_domain SET tags = ? WHERE domain_id = ?`,
	"Field":       `UPDATE cases_field SET tags = ? WHERE domain_id = ? AND field_id = ?`,
	"Layout":      `UPDATE cases_layout SET tags = ? WHERE domain_id = ? AND layout_id = ?`,
	"Template":    `UPDATE cases_template SET tags = ? WHERE domain_id = ? AND template_id = ?`,
	"CaseRule":    `UPDATE cases_case_rule SET tags = ? WHERE domain_id = ? AND case_rule_id = ?`,
	"Case":        `UPDATE cases_case SET tags = ? WHERE domain_id = ? AND case_id = ?`,
	"RelatedItem": `UPDATE cases_related_item SET tags = ? WHERE domain_id = ? AND case_id = ? AND related_item_id = ?`,
}

// updateTags stores the tags of a resource that exists.
func updateTags(tx *store.Tx, r resource, tags map[string]string) error {
	text, err := json.Marshal(tags)
	if err != nil {
		return err
	}
	args := []any{string(text), r.domainID}
	for _, id := range []string{r.id, r.itemID} {
		if id != "" {
			args = append(args, id)
		}
	}
	_, err = tx.Exec(tagUpdates[r.kind], args...)
	return err
}

// getItemTags reads the tags of a related item.
func getItemTags(tx *store.Tx, r resource) (tags map[string]string, err error) {
	var text string
	found, err := tx.Get(`SELECT tags FROM cases_related_item WHERE domain_id = ? AND case_id = ? AND related_item_id = ?`,
		[]any{r.domainID, r.id, r.itemID}, &text)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, missing(r.kind, r.itemID)
	}
	if err := json.Unmarshal([]byte(text), &tags); err != nil {
		return nil, fmt.Errorf("tags of related item %s: %w", r.itemID, err)
	}
	return tags, nil
}
