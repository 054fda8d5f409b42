package connectcases

import (
	"sync"

	"github.com/casestream/casestream/store"
)

// catalog is one version of a domain's whole configuration. It is immutable and shared: a change writes rows
// and draws a new version, and whoever next reads the version loads a new catalog.
type catalog struct {
	version   int64
	domain    Domain
	fields    []*Field // in the order of lists
	templates []*Template
	events    eventConfig

	fieldByID    map[string]*Field
	templateByID map[string]*Template
}

// index fills the lookups.
func (c *catalog) index() {
	c.fieldByID = make(map[string]*Field, len(c.fields))
	for _, f := range c.fields {
		c.fieldByID[f.ID] = f
	}
	c.templateByID = make(map[string]*Template, len(c.templates))
	for _, t := range c.templates {
		c.templateByID[t.ID] = t
	}
}

// field finds a field, deleted or not.
func (c *catalog) field(id string) (*Field, error) {
	if f := c.fieldByID[id]; f != nil {
		return f, nil
	}
	return nil, missing("Field", id)
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
	cat.templates, err = listTemplates(tx, domainID)
	return cat, err
}
