package connectcases

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/casestream/casestream/store"
)

// lockAccount makes creations of domains run one after another, so that counting them is exact. It gives how
// many domains were ever made.
func lockAccount(tx *store.Tx) (made int64, err error) {
	_, err = tx.Get(`SELECT domains FROM cases_account WHERE id = 1 /*for update*/`, nil, &made)
	return made, err
}

// countDomains counts the domains and says whether one has the name.
func countDomains(tx *store.Tx, name string) (count int, taken bool, err error) {
	var same int
	_, err = tx.Get(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN name = ? THEN 1 ELSE 0 END), 0) FROM cases_domain`, []any{name}, &count, &same)
	return count, same > 0, err
}

// insertDomain stores a new domain.
func insertDomain(tx *store.Tx, d Domain, events eventConfig) error {
	tags, err := json.Marshal(d.Tags)
	if err != nil {
		return err
	}
	config, err := json.Marshal(events)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE cases_account SET domains = ? WHERE id = 1`, d.No); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO cases_domain (domain_id, domain_no, name, version, created_at, events, tags) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.No, d.Name, drawVersion(), d.CreatedAt.UnixMicro(), string(config), string(tags))
	return err
}

// getDomain reads a domain and its event configuration; the caller has just seen it.
func getDomain(tx *store.Tx, domainID string) (d Domain, events eventConfig, err error) {
	var created int64
	var config, tags string
	found, err := tx.Get(`SELECT domain_no, name, created_at, events, tags FROM cases_domain WHERE domain_id = ?`, []any{domainID}, &d.No, &d.Name, &created, &config, &tags)
	if err != nil {
		return d, events, err
	}
	if !found {
		return d, events, missing("Domain", domainID)
	}
	d.ID, d.CreatedAt = domainID, time.UnixMicro(created).UTC()
	if err := json.Unmarshal([]byte(config), &events); err != nil {
		return d, events, fmt.Errorf("event configuration of domain %s: %w", domainID, err)
	}
	if err := json.Unmarshal([]byte(tags), &d.Tags); err != nil {
		return d, events, fmt.Errorf("tags of domain %s: %w", domainID, err)
	}
	return d, events, nil
}

// listDomains reads up to limit domains behind an id, in the order of their creation.
func listDomains(tx *store.Tx, after string, limit int) ([]Domain, error) {
	return store.List(tx, `SELECT domain_id, name FROM cases_domain WHERE domain_id > ? ORDER BY domain_id LIMIT ?`,
		[]any{after, limit}, func(scan store.Scan) (d Domain, err error) {
			err = scan(&d.ID, &d.Name)
			return d, err
		})
}

// number gives the form in which columns hold a truth value.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
