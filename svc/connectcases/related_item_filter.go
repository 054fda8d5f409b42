package connectcases

import "slices"

// itemFilter says which related items are looked for: those of a type, and of them those with what is given.
type itemFilter struct {
	Type         string
	Subject      string   // what contacts, files and links point at; empty: anything
	Channels     []string // of contacts; empty: any
	Name, Status string   // of SLAs; empty: any
	Fields       *filter  // of custom items: what their values must be; nil: anything
}

// check demands that the filter makes sense in a domain.
func (f *itemFilter) check(cat *catalog) error {
	if f.Fields == nil {
		return nil
	}
	if err := f.Fields.resolve(cat); err != nil {
		return err
	}
	return f.Fields.onlyCustom()
}

// onlyCustom demands of a filter that was resolved that its fields are custom ones, deleted or not.
func (f *filter) onlyCustom() error {
	if f.field != nil && f.field.Namespace != namespaceCustom {
		return invalid("The filter's field " + f.fieldID + " is not a custom field, which items of type Custom have.")
	}
	for _, p := range f.parts {
		if err := p.onlyCustom(); err != nil {
			return err
		}
	}
	return nil
}

// pass says whether an item is one of those that are looked for.
func (f *itemFilter) pass(i *RelatedItem) bool {
	switch {
	case f.Type != i.Type || f.Subject != "" && f.Subject != i.kind().subject():
		return false
	case i.Contact != nil:
		return len(f.Channels) == 0 || slices.Contains(f.Channels, i.Contact.Channel)
	case i.SLA != nil:
		return (f.Name == "" || f.Name == i.SLA.Name) && (f.Status == "" || f.Status == i.SLA.Status)
	case i.Custom != nil:
		return f.Fields == nil || f.Fields.match(&Case{Values: i.Custom.Fields})
	}
	return true
}

// itemFilters are what a search looks for: an item passes if it passes one of them; without any, all pass.
type itemFilters []itemFilter

// check demands that each filter makes sense in a domain.
func (l itemFilters) check(cat *catalog) error {
	for i := range l {
		if err := l[i].check(cat); err != nil {
			return err
		}
	}
	return nil
}

// pass says whether an item passes one of the filters.
func (l itemFilters) pass(item *RelatedItem) bool {
	return len(l) == 0 || slices.ContainsFunc(l, func(f itemFilter) bool { return f.pass(item) })
}

// subjects gives what the items that pass can point at; nil when that may be anything.
func (l itemFilters) subjects() (list []string) {
	for _, f := range l {
		if f.Subject == "" {
			return nil
		}
		if !slices.Contains(list, f.Subject) {
			list = append(list, f.Subject)
		}
	}
	return list
}
