package connectcases_test

import "github.com/casestream/casestream/store"

// rows counts the rows of a table.
func (h *house) rows(table string) (n int) {
	h.Helper()
	err := h.db.Read(h.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT COUNT(*) FROM `+table, nil, &n)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// clocksOf counts the clocks of an SLA.
func (h *house) clocksOf(itemID string) (n int) {
	h.Helper()
	err := h.db.Read(h.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT COUNT(*) FROM cases_sla_clock WHERE related_item_id = ?`, []any{itemID}, &n)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}
