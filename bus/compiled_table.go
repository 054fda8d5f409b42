package bus

// A page of a ruleTable has 1<<pageBits places.
const pageBits = 4

// ruleTable gives rules by their numbers. It never changes: with gives another one, which shares with it all but
// the pages on the way to one rule, less than a kilobyte however many rules there are. The zero table is empty.
type ruleTable struct {
	root   *page
	levels uint // of pages: there is place for numbers below 1<<(pageBits*levels)
}

// page is a node of the tree: at the lowest level its places hold *compiledRule, above it *page.
type page [1 << pageBits]any

// place tells where on a page of a level, the lowest being 0, a number belongs.
func place(number int64, level uint) int64 { return number >> (pageBits * level) & (1<<pageBits - 1) }

// get gives the rule of a number, nil where there is none.
func (t ruleTable) get(number int64) *compiledRule {
	if number>>(pageBits*t.levels) != 0 || t.root == nil {
		return nil
	}
	p := t.root
	for level := t.levels - 1; level > 0; level-- {
		below, ok := p[place(number, level)].(*page)
		if !ok {
			return nil
		}
		p = below
	}
	r, _ := p[place(number, 0)].(*compiledRule)
	return r
}

// with gives the table with another rule of a number, or, where r is nil, with none.
func (t ruleTable) with(number int64, r *compiledRule) ruleTable {
	for number>>(pageBits*t.levels) != 0 || t.levels == 0 {
		if t.root != nil {
			t.root = &page{t.root}
		}
		t.levels++
	}
	t.root = t.root.with(number, t.levels-1, r)
	return t
}

// with gives the page, of a level, with another rule of a number; nil is the empty page.
func (p *page) with(number int64, level uint, r *compiledRule) *page {
	var next page
	if p != nil {
		next = *p
	}
	at := &next[place(number, level)]
	if level == 0 {
		*at = nil
		if r != nil {
			*at = r
		}
	} else {
		below, _ := (*at).(*page)
		*at = nil
		if below = below.with(number, level-1, r); below != nil {
			*at = below
		}
	}
	if next == (page{}) {
		return nil
	}
	return &next
}
