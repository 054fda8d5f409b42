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

// worded counts the cases that the search finds by a word, in the form in which it holds words.
func (h *house) worded(word string) (n int) {
	h.Helper()
	err := h.db.Read(h.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT COUNT(*) FROM cases_words WHERE cases_words /*match*/ ?`, []any{tx.AllOf([]string{word})}, &n)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// longAgo has the domains that are deleted be so for long.
func (h *house) longAgo() {
	h.Helper()
	err := h.db.Write(h.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE cases_domain_deletion SET deleted_at = 1, look_at = 1`)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
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
