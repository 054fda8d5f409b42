package transform

// tree is a set of paths. Each has a slot, a number under which a walk leaves what it selects; equal paths
// have one.
type tree struct {
	root  *node
	slots int
}

// node is where the paths stand that have the same steps so far.
type node struct {
	fields map[string]*node
	marks  uint64 // the marks of the fields' names
	items  map[int]*node
	all    *node
	listed bool  // below a wildcard
	slot   int   // of the path that ends here, or none
	below  []int // the slots here and below
}

// none stands for "no slot" and "no more matches".
const none = -1

// add puts a path into the tree and gives its slot.
func (t *tree) add(steps []step) int {
	if t.root == nil {
		t.root = &node{slot: none}
	}
	n := t.root
	for _, s := range steps {
		n = n.child(s)
	}
	if n.slot == none {
		n.slot = t.slots
		t.slots++
	}
	return n.slot
}

// child gives the node that a step leads to, and makes it where there is none.
func (n *node) child(s step) *node {
	fresh := &node{slot: none, listed: n.listed || s.all}
	switch {
	case s.all:
		if n.all == nil {
			n.all = fresh
		}
		return n.all
	case s.index >= 0:
		if n.items == nil {
			n.items = make(map[int]*node)
		}
		if n.items[s.index] == nil {
			n.items[s.index] = fresh
		}
		return n.items[s.index]
	}
	if n.fields == nil {
		n.fields = make(map[string]*node)
	}
	if n.fields[s.field] == nil {
		n.fields[s.field] = fresh
		n.marks |= markOf([]byte(s.field))
	}
	return n.fields[s.field]
}

// markOf gives a name's bit: a name whose bit is not among a node's marks needs no look into its fields, which
// most names of an event are spared by.
func markOf(name []byte) uint64 {
	n := uint(len(name))
	if n > 0 {
		n = n*7 + uint(name[0]) + uint(name[n-1])*3
	}
	return 1 << (n & 63)
}

// finish fills in what nodes know of those below. The tree does not change after it.
func (t *tree) finish() {
	if t.root != nil {
		t.root.collect()
	}
}

// collect fills in below.
func (n *node) collect() []int {
	if n.slot != none {
		n.below = append(n.below, n.slot)
	}
	for _, c := range n.fields {
		n.below = append(n.below, c.collect()...)
	}
	for _, c := range n.items {
		n.below = append(n.below, c.collect()...)
	}
	if n.all != nil {
		n.below = append(n.below, n.all.collect()...)
	}
	return n.below
}
