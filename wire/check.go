package wire

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxViolations bounds the answer to a request that breaks a rule in each of its elements.
const maxViolations = 100

// How much of a refused value the answer repeats: of a text, and of a list or a map, which AWS repeats whole.
const (
	maxShown  = 1024
	maxListed = 8192
)

// Check collects what is wrong with an input, in the model's order and with AWS's wording. A decoder keeps
// its path up to date; the generated check methods run as soon as their structure is complete.
type Check struct {
	path  [maxDepth + 2]step
	depth int
	found []violation
}

// step is one part of the path to a value: a member, an element (at counts from 1) or a map's key.
type step struct {
	order int // of the member among its siblings
	at    int
	name  string
	kind  stepKind
}

// stepKind tells the parts of a path apart.
type stepKind uint8

// The parts that a path has.
const (
	memberStep stepKind = iota // a structure's member
	indexStep                  // a list's element
	keyStep                    // a map's value
)

// violation is one broken constraint; orders sorts it.
type violation struct {
	orders  []int
	member  string // its name at AWS: "QueueUrl"
	missing bool
	value   string // which value it is of, and where that stands
	text    string
}

// reset forgets everything.
func (c *Check) reset() { c.depth, c.found = 0, nil }

// push enters a container; the decoder has checked the depth.
func (c *Check) push() {
	c.path[c.depth] = step{}
	c.depth++
}

// pop leaves a container.
func (c *Check) pop() { c.depth-- }

// At notes which member of the innermost structure is read next: its place in the model and its name as
// paths show it.
func (c *Check) At(order int, name string) {
	if c.depth == 0 {
		return
	}
	c.path[c.depth-1] = step{order: order, name: name}
	if len(c.found) > 0 {
		c.forget()
	}
}

// forget drops what was found below the current position: of a member that comes twice the last one counts.
func (c *Check) forget() {
	below := func(v violation) bool {
		if len(v.orders) < c.depth {
			return false
		}
		for i, s := range c.path[:c.depth] {
			if v.orders[i] != s.order {
				return false
			}
		}
		return true
	}
	c.found = slices.DeleteFunc(c.found, below)
}

// index notes which element of the innermost list is read next.
func (c *Check) index(i int) {
	if c.depth > 0 {
		c.path[c.depth-1] = step{order: i, at: i, kind: indexStep}
	}
}

// key notes which value of the innermost map is read next.
func (c *Check) key(k string) {
	if c.depth > 0 {
		c.path[c.depth-1] = step{name: k, kind: keyStep}
	}
}

// add records that the value at a member of the current structure breaks a rule. shown is the value as
// the message quotes it.
func (c *Check) add(order int, name, shown, rule string) {
	c.record(order, name, "Value "+shown, rule)
}

// record adds one violation; an empty name means the current position itself.
func (c *Check) record(order int, name, subject, rule string) {
	if len(c.found) >= maxViolations {
		return // the answer is long enough
	}
	value := subject + " at '" + c.where(name) + "'"
	v := violation{member: name, value: value, text: value + " failed to satisfy constraint: " + rule}
	for _, s := range c.path[:c.depth] {
		v.orders = append(v.orders, s.order)
	}
	if name != "" {
		v.orders = append(v.orders, order)
	}
	c.found = append(c.found, v)
}

// where spells the path to a member of the current structure: "targets.1.member.id".
func (c *Check) where(name string) string {
	var b strings.Builder
	for _, s := range c.path[:c.depth] {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		switch s.kind {
		case indexStep:
			b.WriteString(strconv.Itoa(s.at))
			b.WriteString(".member")
		case keyStep:
			b.WriteString(show(s.name, false))
			b.WriteString(".member")
		default:
			b.WriteString(s.name)
		}
	}
	if name != "" {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(name)
	}
	return b.String()
}

// Missing records that a required member is absent.
func (c *Check) Missing(order int, name string) {
	before := len(c.found)
	c.add(order, name, "null", "Member must not be null")
	if len(c.found) > before {
		c.found[before].missing = true
	}
}

// nullElement records a null in a list that may have none.
func (c *Check) nullElement() { c.add(0, "", "null", "Member must not be null") }

// Union records a union with no member or with more than one; seen has a bit for each member that is set.
func (c *Check) Union(seen uint64, members string) {
	if n := bits.OnesCount64(seen); n != 1 {
		c.record(0, "", "Value with "+strconv.Itoa(n)+" members", "Member must have exactly one of ["+members+"] set")
	}
}

// StringRule is what a model demands of a string; Max 0 is no limit. Lengths count code points.
type StringRule struct {
	Min, Max  int
	Pattern   *Pattern
	Enum      []string
	AnyCase   bool // a value of Enum may be in upper or lower case
	Sensitive bool // the value is not repeated
}

// String checks a string.
func (c *Check) String(order int, name, v string, r *StringRule) {
	if broken := r.broken(v); broken != nil {
		for _, rule := range broken {
			c.add(order, name, quote(v, r.Sensitive), rule)
		}
	}
}

// farTooLong is how much longer than its rule a value may be for its pattern to be tried: the length bounds the cost.
const farTooLong = 1024

// broken gives the rules that v breaks, nil for most values, in the order in which AWS's services name them.
func (r *StringRule) broken(v string) []string {
	var out []string
	n := utf8.RuneCountInString(v)
	if n < r.Min {
		out = append(out, "Member must have length greater than or equal to "+strconv.Itoa(r.Min))
	}
	if r.Pattern != nil && (r.Max == 0 || n <= r.Max+farTooLong) && !r.Pattern.Match(v) {
		out = append(out, "Member must satisfy regular expression pattern: "+r.Pattern.Source)
	}
	if r.Max > 0 && n > r.Max {
		out = append(out, "Member must have length less than or equal to "+strconv.Itoa(r.Max))
	}
	if r.Enum != nil && !slices.Contains(r.Enum, v) && !(r.AnyCase && slices.ContainsFunc(r.Enum, func(e string) bool { return strings.EqualFold(e, v) })) {
		out = append(out, "Member must satisfy enum value set: ["+strings.Join(r.Enum, ", ")+"]")
	}
	return out
}

// ElementPath gives the path of a list's element; i counts from 0.
func ElementPath(list string, i int) string { return list + "." + strconv.Itoa(i+1) + ".member" }

// Strings checks the elements of a list of strings.
func (c *Check) Strings(order int, name string, list []string, r *StringRule) {
	for i, v := range list {
		if broken := r.broken(v); broken != nil {
			for _, rule := range broken {
				c.add(order, ElementPath(name, i), quote(v, r.Sensitive), rule)
			}
		}
	}
}

// Values checks the values of a map of strings.
func (c *Check) Values(order int, name string, m map[string]string, r *StringRule) {
	for k, v := range m {
		for _, rule := range r.broken(v) {
			c.add(order, name+"."+show(k, false)+".member", quote(v, r.Sensitive), rule)
		}
	}
}

// SparseValues checks the values of a map of strings that may be null.
func (c *Check) SparseValues(order int, name string, m map[string]*string, r *StringRule) {
	for k, v := range m {
		if v != nil {
			c.String(order, name+"."+show(k, false)+".member", *v, r)
		}
	}
}

// CheckKeys checks the keys of a map; AWS reports them at the map itself.
func CheckKeys[T any](c *Check, order int, name string, m map[string]T, r *StringRule) {
	for k := range m {
		if broken := r.broken(k); broken != nil {
			c.add(order, name, quote(k, r.Sensitive), "Map keys must satisfy constraint: ["+strings.Join(broken, ", ")+"]")
		}
	}
}

// SizeRule is what a model demands of the length of a list, a map or a blob; Max 0 is no limit.
type SizeRule struct {
	Min, Max  int
	Sensitive bool
}

// Size checks a length. value is what the message quotes.
func (c *Check) Size(order int, name string, n int, value any, r *SizeRule) {
	if n < r.Min {
		c.add(order, name, quoteList(value, r.Sensitive), "Member must have length greater than or equal to "+strconv.Itoa(r.Min))
	}
	if r.Max > 0 && n > r.Max {
		c.add(order, name, quoteList(value, r.Sensitive), "Member must have length less than or equal to "+strconv.Itoa(r.Max))
	}
}

// RangeRule is what a model demands of a number.
type RangeRule[T cmp.Ordered] struct {
	Min, Max T
}

// CheckRange checks a number.
func CheckRange[T int32 | int64 | float64](c *Check, order int, name string, v T, r RangeRule[T]) {
	if v < r.Min {
		c.add(order, name, "'"+fmt.Sprint(v)+"'", "Member must have value greater than or equal to "+fmt.Sprint(r.Min))
	}
	if v > r.Max {
		c.add(order, name, "'"+fmt.Sprint(v)+"'", "Member must have value less than or equal to "+fmt.Sprint(r.Max))
	}
}

// quote puts a value into quotes, or hides it.
func quote(v string, sensitive bool) string { return "'" + show(v, sensitive) + "'" }

// quoteList puts a list or a map into quotes, or hides it.
func quoteList(v any, sensitive bool) string {
	if sensitive {
		return quote("", true)
	}
	return "'" + shorten(describe(v), maxListed) + "'"
}

// show cuts a long value and hides a sensitive one.
func show(v string, sensitive bool) string {
	if sensitive {
		return "***"
	}
	return shorten(v, maxShown)
}

// shorten cuts what is longer than size bytes.
func shorten(v string, size int) string {
	if len(v) <= size {
		return v
	}
	cut := size
	for !utf8.RuneStart(v[cut]) {
		cut--
	}
	return v[:cut] + "…"
}

// sorted gives the violations in the model's order; those of one value stay as they were found.
func (c *Check) sorted() []violation {
	slices.SortStableFunc(c.found, func(a, b violation) int {
		return cmp.Or(slices.Compare(a.orders, b.orders), cmp.Compare(a.value, b.value))
	})
	return c.found
}

// message joins the violations as AWS does.
func message(found []violation) string {
	texts := make([]string, len(found))
	for i, v := range found {
		texts[i] = v.text
	}
	noun := " validation errors detected: "
	if len(found) == 1 {
		noun = " validation error detected: "
	}
	return strconv.Itoa(len(found)) + noun + strings.Join(texts, "; ")
}
