package connectcases

import (
	"context"
	"sync"

	"github.com/casestream/casestream/store"
)

// catalog is one version of a domain's whole configuration. It is immutable and shared: a change writes rows
// and draws a new version, and whoever next reads the version loads a new catalog.
type catalog struct {
	version   int64
	domain    Domain
	fields    []*Field // in the order of lists, as the others are
	layouts   []*Layout
	templates []*Template
	rules     []*CaseRule
	events    eventConfig

	fieldByID    map[string]*Field
	layoutByID   map[string]*Layout
	templateByID map[string]*Template
	ruleByID     map[string]*CaseRule
}

// index fills the lookups, and compiles the rules of the templates.
func (c *catalog) index() {
	c.fieldByID, c.layoutByID = byID(c.fields), byID(c.layouts)
	c.templateByID, c.ruleByID = byID(c.templates), byID(c.rules)
	for _, t := range c.templates {
		t.ruleSet = c.compile(t)
	}
}

// byID makes the lookup of a list.
func byID[T entries](list []T) map[string]T {
	m := make(map[string]T, len(list))
	for _, item := range list {
		m[item.entry().ID] = item
	}
	return m
}

// field finds a field, deleted or not.
func (c *catalog) field(id string) (*Field, error) {
	if f := c.fieldByID[id]; f != nil {
		return f, nil
	}
	return nil, missing("Field", id)
}

// layout finds a layout, deleted or not.
func (c *catalog) layout(id string) (*Layout, error) {
	if l := c.layoutByID[id]; l != nil {
		return l, nil
	}
	return nil, missing("Layout", id)
}

// rule finds a case rule, deleted or not.
func (c *catalog) rule(id string) (*CaseRule, error) {
	if r := c.ruleByID[id]; r != nil {
		return r, nil
	}
	return nil, missing("CaseRule", id)
}

// template finds a template, deleted or not.
func (c *catalog) template(id string) (*Template, error) {
	if t := c.templateByID[id]; t != nil {
		return t, nil
	}
	return nil, missing("Template", id)
}

// catalogs keeps the newest catalog of each domain.
type catalogs struct {
	sync.RWMutex
	byDomain map[string]*catalog
}

// get gives the catalog of a version, if it is the one that is kept.
func (c *catalogs) get(domainID string, version int64) *catalog {
	c.RLock()
	defer c.RUnlock()
	if kept := c.byDomain[domainID]; kept != nil && kept.version == version {
		return kept
	}
	return nil
}

// put keeps a catalog.
func (c *catalogs) put(cat *catalog) {
	c.Lock()
	defer c.Unlock()
	if c.byDomain == nil {
		c.byDomain = make(map[string]*catalog)
	}
	c.byDomain[cat.domain.ID] = cat
}

// drop forgets the catalog of a domain that is gone.
func (c *catalogs) drop(domainID string) {
	c.Lock()
	defer c.Unlock()
	delete(c.byDomain, domainID)
}

// catalog gives a domain's configuration as the transaction sees it: one small SELECT while nothing changes.
func (s *Service) catalog(tx *store.Tx, domainID string) (*catalog, error) {
	version, ok, err := getVersion(tx, domainID)
	if err != nil {
		return nil, err
	}
	return s.catalogAt(tx, domainID, version, ok)
}

// lockCatalog is catalog for a change of the configuration: changes of one domain run one after another.
func (s *Service) lockCatalog(tx *store.Tx, domainID string) (*catalog, error) {
	version, ok, err := lockVersion(tx, domainID)
	if err != nil {
		return nil, err
	}
	return s.catalogAt(tx, domainID, version, ok)
}

// configure changes a domain's configuration, in a transaction that holds it, and gives it a new version.
func (s *Service) configure(ctx context.Context, domainID string, change func(tx *store.Tx, cat *catalog) error) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		cat, err := s.lockCatalog(tx, domainID)
		if err != nil {
			return err
		}
		if err := change(tx, cat); err != nil {
			return err
		}
		return updateVersion(tx, domainID)
	})
}

// catalogAt gives the catalog of a version that was just read.
func (s *Service) catalogAt(tx *store.Tx, domainID string, version int64, found bool) (*catalog, error) {
	for {
		if !found {
			return nil, missing("Domain", domainID)
		}
		if cat := s.catalogs.get(domainID, version); cat != nil {
			return cat, nil
		}
		cat, err := loadCatalog(tx, domainID)
		if err != nil {
			return nil, err
		}
		// Statements of one transaction may each see a newer state: what was loaded belongs to the version
		// only if that is still the same.
		loaded := version
		if version, found, err = getVersion(tx, domainID); err != nil {
			return nil, err
		}
		if found && version == loaded {
			cat.version = version
			cat.index()
			s.catalogs.put(cat)
			return cat, nil
		}
	}
}

// loadCatalog reads a domain's configuration.
func loadCatalog(tx *store.Tx, domainID string) (*catalog, error) {
	cat := new(catalog)
	var err error
	if cat.domain, cat.events, err = getDomain(tx, domainID); err != nil {
		return nil, err
	}
	if cat.fields, err = listFields(tx, domainID); err != nil {
		return nil, err
	}
	if cat.layouts, err = listLayouts(tx, domainID); err != nil {
		return nil, err
	}
	if cat.rules, err = listCaseRules(tx, domainID); err != nil {
		return nil, err
	}
	cat.templates, err = listTemplates(tx, domainID)
	return cat, err
}
