package simulate

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// writer writes texts as people in a contact centre do.
type writer struct{ *rand.Rand }

// rank draws a place in a list of n: the k-th is drawn about in proportion to 1/k, as words are in a language.
func (w writer) rank(n int) int {
	// The inverse of the distribution function of 1/x on [1, n+1).
	return min(int(math.Exp(w.Float64()*math.Log(float64(n+1))))-1, n-1)
}

// of draws a word or a phrase.
func (w writer) of(list []string) string { return list[w.rank(len(list))] }

// chance is true in so many of a hundred cases.
func (w writer) chance(percent int) bool { return w.IntN(100) < percent }

// title names a case.
func (w writer) title() string {
	thing := w.of(things)
	t := strings.ToUpper(thing[:1]) + thing[1:] + " " + w.of(troubles)
	switch w.IntN(6) {
	case 0:
		t += ", customer in " + w.of(cities)
	case 1:
		t += " (" + w.of(times) + ")"
	}
	return t
}

// summary tells in a few sentences what a case is about.
func (w writer) summary() string {
	var b strings.Builder
	thing := w.of(things)
	b.WriteString("The customer " + w.of(callers) + " the " + thing + " " + w.of(times) + " and was " + w.of(manners) + ".")
	b.WriteString(" It " + w.of(troubles) + ".")
	for range w.IntN(3) {
		b.WriteString(" We " + w.of(answers) + " the " + w.of(things) + " " + w.of(times) + ".")
	}
	return b.String()
}

// comment is what an agent leaves on a case.
func (w writer) comment() string {
	var b strings.Builder
	for i := range 1 + w.rank(4) {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch w.IntN(4) {
		case 0:
			b.WriteString("Spoke with " + w.name() + " from " + w.of(cities) + ", who was " + w.of(manners) + ".")
		case 1:
			b.WriteString("The customer " + w.of(callers) + " the " + w.of(things) + " " + w.of(times) + ".")
		case 2:
			b.WriteString("I " + w.of(answers) + " the " + w.of(things) + "; " + w.of(ends) + ".")
		case 3:
			end := w.of(ends)
			b.WriteString(strings.ToUpper(end[:1]) + end[1:] + ", the " + w.of(things) + " " + w.of(troubles) + ".")
		}
	}
	return b.String()
}

// quote is what a customer says.
func (w writer) quote() string {
	return "My " + w.of(things) + " " + w.of(troubles) + " " + w.of(times) + ", and I am " + w.of(manners) + "."
}

// name is a person's.
func (w writer) name() string { return w.of(firstNames) + " " + w.of(lastNames) }

// order is the number of the i-th order: no two cases share one.
func order(i int) string {
	s := strconv.Itoa(i)
	return "ORD-" + strings.Repeat("0", max(0, 8-len(s))) + s
}

// uuid draws an id in the form of those that other services give.
func (w writer) uuid() string {
	const digits = "0123456789abcdef"
	b := []byte("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx")
	for i, c := range b {
		if c == 'x' {
			b[i] = digits[w.IntN(16)]
		}
	}
	return string(b)
}
