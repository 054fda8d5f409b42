package pattern

import (
	"slices"
	"strings"
)

// What a pattern may cost. AWS takes texts of 4,096 characters, which none of these bounds concerns but that of
// the fields; the others keep whoever compiles longer ones from harm.
const (
	maxText = 64 << 10
	// maxFields is how many fields one alternative may name: the engine behind AWS takes no more.
	maxFields = 256
	// maxLeaves bounds the constraints of all alternatives together, so that $or beside many fields cannot fill
	// the memory: a thousand alternatives may have a hundred fields each.
	maxLeaves = 100_000
	// maxPaths bounds the bytes of all paths: every field at the end of a long path has one of its own.
	maxPaths = 1 << 20
)

// The reasons for what costs too much; AWS's wording is not known.
const (
	tooLong       = "Event pattern is too large: at most 65536 bytes are allowed"
	tooManyFields = "Size of rule exceeds max value of 256"
	tooLongPaths  = "Rule is too complex - the paths of its fields are too long"
)

// Compile reads an event pattern. The error is an *Error with AWS's complete text.
func Compile(text string) (*Pattern, error) {
	if len(text) > maxText {
		return nil, &Error{Reason: tooLong}
	}
	c := compiler{lexer: lexer{src: text}}
	c.pattern()
	if c.err == nil {
		return c.finish()
	}
	if !c.metOr {
		return nil, c.err
	}
	// A field may be named $or: what does not read as alternatives is read again as an ordinary field.
	plain := compiler{lexer: lexer{src: text}, plainOr: true}
	plain.pattern()
	if plain.err != nil {
		return nil, c.err
	}
	return plain.finish()
}

// compiler turns tokens into alternatives while it reads.
type compiler struct {
	lexer
	plainOr bool           // $or is an ordinary field name
	metOr   bool           // a $or was read as alternatives
	product int            // of the lengths of all $or arrays so far; 0 before the first
	leaves  int            // constraints copied so far
	paths   int            // bytes of all paths so far
	drafts  [][]constraint // the alternatives, each in document order; a later entry replaces one of the same path
	matches []matcher      // of the match list being read
	absent  bool           // {"exists": false} is in the match list being read
}

// pattern reads the whole text.
func (c *compiler) pattern() {
	c.drafts = [][]constraint{nil}
	if c.next() != startObject {
		c.fail("Filter is not an object")
		return
	}
	c.object("", false)
	if c.err != nil {
		return
	}
	if c.space() && c.pos < len(c.src) {
		c.fail("Unexpected text after the end of the event pattern")
	}
}

// finish brings each alternative's constraints into the order in which they are judged, and refuses
// wildcards that cost too much.
func (c *compiler) finish() (*Pattern, error) {
	alternatives := make([][]constraint, len(c.drafts))
	for i, draft := range c.drafts {
		slices.SortStableFunc(draft, func(a, b constraint) int { return strings.Compare(a.path, b.path) })
		var last []constraint
		for j, entry := range draft {
			if j+1 == len(draft) || draft[j+1].path != entry.path {
				last = append(last, entry)
			}
		}
		if len(last) > maxFields {
			return nil, &Error{Reason: tooManyFields}
		}
		alternatives[i] = last
	}
	if tooComplex(alternatives) {
		return nil, &Error{Reason: complexityReason}
	}
	return newPattern(alternatives), nil
}

// object reads an object's fields; prefix is the path to it, with a dot behind.
func (c *compiler) object(prefix string, insideOr bool) {
	fields := 0
	for c.next() == fieldName {
		fields++
		name := c.name
		switch {
		case name == "$or" && !c.plainOr:
			c.or(prefix)
		case insideOr && reservedInsideOr(name):
			c.fail("%s is Ruler reserved fieldName which cannot be used inside $or.", name)
		default:
			c.value(prefix, name, insideOr)
		}
	}
	if fields == 0 {
		c.fail("Empty objects are not allowed")
	}
}

// value reads what stands behind a field name: an object to descend into or a match list.
func (c *compiler) value(prefix, name string, insideOr bool) {
	switch c.next() {
	case startObject:
		c.object(prefix+name+".", insideOr)
	case startArray:
		c.list(prefix + name)
	default:
		c.fail("\"%s\" must be an object or an array", name)
	}
}

// list reads a match list and adds the constraint to every alternative.
func (c *compiler) list(path string) {
	c.matches, c.absent = nil, false
	from := c.begun
	for c.next() != endArray {
		if c.entry(); c.err != nil {
			return
		}
	}
	if len(c.matches) == 0 && !c.absent {
		c.fail("Empty arrays are not allowed")
		return
	}
	if c.leaves += len(c.drafts); c.leaves > maxLeaves {
		c.refuse(tooManyLeaves)
		return
	}
	if c.paths += len(path); c.paths > maxPaths {
		c.refuse(tooLongPaths)
		return
	}
	entry := newConstraint(path, c.src[from:c.pos], c.matches, c.absent)
	for i := range c.drafts {
		c.drafts[i] = append(c.drafts[i], entry)
	}
}

// entry reads one entry of a match list; its first token is the current one.
func (c *compiler) entry() {
	switch c.tok {
	case startObject:
		c.expression()
	case stringToken:
		c.add(exactText(c.text()))
	case numberToken:
		c.add(parseOperand(c.scalar))
	case trueToken:
		c.add(literal(kindTrue))
	case falseToken:
		c.add(literal(kindFalse))
	case nullToken:
		c.add(literal(kindNull))
	default:
		c.fail("Match value must be String, number, true, false, or null")
	}
}

// add appends a matcher to the list being read, unless its reading failed.
func (c *compiler) add(m matcher) {
	if c.err == nil {
		c.matches = append(c.matches, m)
	}
}
