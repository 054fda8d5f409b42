package pattern

import "slices"

// AWS refuses rules whose wildcards would keep too many readings of a string alive at once.
const (
	maxComplexity = 10
	// maxReadings ends the search when the wildcards of a pattern have too many distinct sets of readings. Those
	// that complexity 10 allows have no more than twelve for each character (the ways in which their stars can
	// have been reached), so that it concerns no pattern of 4,096 characters.
	maxReadings      = 1 << 16
	complexityReason = "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
)

// tooComplex tells whether the wildcards of some field are refused.
func tooComplex(alternatives [][]constraint) bool {
	budget := maxReadings
	judged := map[*matcher]bool{} // match lists are shared by alternatives
	for _, alternative := range alternatives {
		for _, c := range alternative {
			if len(c.matchers) == 0 || judged[&c.matchers[0]] {
				continue
			}
			judged[&c.matchers[0]] = true
			if complexity(c.matchers, maxComplexity, &budget) > maxComplexity {
				return true
			}
		}
	}
	return false
}

// reading is a place in the wildcard operands of one field: a byte just consumed, and whether a star
// follows it. The operands of one anything-but share the readings of a common beginning.
type reading struct {
	b         byte
	star      bool
	next      []int // readings directly behind the byte
	afterStar []int // readings behind the star
}

// readings is the automaton of one field's wildcards. Position 2i is "reading i's byte was just consumed",
// 2i+1 is "inside the star behind reading i".
type readings []reading

// add appends one operand, its quotes included, under the root reading.
func (r *readings) add(root int, w wildcard) {
	at := r.step(root, '"', false)
	for _, t := range w.tokens {
		at = r.step(at, t.b, t.star)
	}
	r.step(at, '"', w.endStar)
}

// step gives the reading for byte b behind reading at, and makes it when there is none.
func (r *readings) step(at int, b byte, star bool) int {
	from := &(*r)[at].next
	if star {
		from = &(*r)[at].afterStar
		(*r)[at].star = true
	}
	for _, n := range *from {
		if (*r)[n].b == b {
			return n
		}
	}
	n := len(*r)
	*from = append(*from, n)
	*r = append(*r, reading{b: b})
	return n
}

// complexity is the largest number of positions that some string occupies at once, over all wildcards among
// the matchers. Beyond limit, and when the budget of sets is used up, it stops counting.
func complexity(matchers []matcher, limit int, budget *int) int {
	var r readings
	var start []int
	root := func() int {
		r = append(r, reading{})
		start = append(start, 2*(len(r)-1))
		return len(r) - 1
	}
	for _, m := range matchers {
		switch m := m.(type) {
		case wildcard:
			r.add(root(), m)
		case anythingBut:
			if _, ok := m[0].(wildcard); !ok {
				continue
			}
			shared := root()
			for _, w := range m {
				r.add(shared, w.(wildcard))
			}
		}
	}
	if len(r) == 0 {
		return 0
	}
	return r.widest(start, limit, budget)
}

// widest follows every string from the start positions and gives the largest number of positions met.
func (r readings) widest(start []int, limit int, budget *int) int {
	widest := 0
	seen := map[string]bool{}
	for queue := [][]int{start}; len(queue) > 0; {
		set := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, b := range r.bytes(set) {
			to := r.consume(set, b)
			if widest = max(widest, len(to)); widest > limit {
				return widest
			}
			key := positionsKey(to)
			if len(to) == 0 || seen[key] {
				continue
			}
			if *budget--; *budget < 0 {
				return limit + 1
			}
			seen[key] = true
			queue = append(queue, to)
		}
	}
	return widest
}

// behind gives the readings that may follow position p.
func (r readings) behind(p int) []int {
	if p%2 == 0 {
		return r[p/2].next
	}
	return r[p/2].afterStar
}

// bytes lists the bytes that lead on from some position, and one that stands for all others.
func (r readings) bytes(set []int) []byte {
	var used [256]bool
	var list []byte
	for _, p := range set {
		for _, n := range r.behind(p) {
			if b := r[n].b; !used[b] {
				used[b] = true
				list = append(list, b)
			}
		}
	}
	if other := slices.Index(used[:], false); other >= 0 {
		list = append(list, byte(other))
	}
	return list
}

// consume gives the positions after byte b, in ascending order.
func (r readings) consume(set []int, b byte) []int {
	var to []int
	for _, p := range set {
		if p%2 == 1 {
			to = append(to, p) // a star takes every byte
		}
		for _, n := range r.behind(p) {
			if r[n].b != b {
				continue
			}
			to = append(to, 2*n)
			if r[n].star {
				to = append(to, 2*n+1)
			}
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}

// positionsKey turns positions into a map key.
func positionsKey(set []int) string {
	b := make([]byte, 0, 3*len(set))
	for _, p := range set {
		b = append(b, byte(p), byte(p>>8), byte(p>>16))
	}
	return string(b)
}
