package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// cron is a cron expression: the minutes that it means.
type cron struct {
	minutes, hours, months, years set
	days                          days
}

// field is one of the six fields of a cron expression.
type field struct {
	name     string
	min, max int
	names    []string // of its values, from min on
	steps    bool     // it may have increments
}

// The fields, in their order.
var (
	minuteField  = field{name: "minutes", min: 0, max: 59, steps: true}
	hourField    = field{name: "hours", min: 0, max: 23, steps: true}
	dayField     = field{name: "day-of-month", min: 1, max: 31, steps: true}
	monthField   = field{name: "month", min: 1, max: 12, steps: true, names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	weekdayField = field{name: "day-of-week", min: 1, max: 7, names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	yearField    = field{name: "year", min: firstYear, max: lastYear, steps: true}
)

// set holds values of a field, as bits that are counted from its least one.
type set [(lastYear-firstYear)/64 + 1]uint64

// has says whether a value of a field is in its set.
func (s *set) has(f *field, value int) bool {
	i := value - f.min
	return i >= 0 && i < 64*len(s) && s[i/64]>>(i%64)&1 == 1
}

// add puts a value of a field into its set.
func (s *set) add(f *field, value int) {
	i := value - f.min
	s[i/64] |= 1 << (i % 64)
}

// parseCron reads what stands in the parentheses of a cron expression.
func parseCron(text string) (*cron, error) {
	if strings.TrimSpace(text) != text {
		return nil, errors.New("white space beside the parentheses")
	}
	parts := strings.Fields(text)
	if len(parts) != 6 {
		return nil, fmt.Errorf("%d fields, want 6", len(parts))
	}
	var c cron
	for _, p := range []struct {
		to   *set
		f    *field
		text string
	}{{&c.minutes, &minuteField, parts[0]}, {&c.hours, &hourField, parts[1]}, {&c.months, &monthField, parts[3]}, {&c.years, &yearField, parts[5]}} {
		var err error
		if *p.to, err = p.f.parse(p.text); err != nil {
			return nil, err
		}
	}
	ofMonth, ofWeek := parts[2], parts[4]
	var err error
	switch {
	case (ofMonth == "?") == (ofWeek == "?"):
		return nil, errors.New("one of day-of-month and day-of-week must be ?")
	case ofWeek == "?":
		c.days, err = parseDays(ofMonth)
	default:
		c.days, err = parseWeekdays(ofWeek)
	}
	return &c, err
}

// parse reads a field that is a list of values, ranges and increments.
func (f *field) parse(text string) (s set, err error) {
	for item := range strings.SplitSeq(text, ",") {
		if err := f.parseItem(&s, item); err != nil {
			return s, err
		}
	}
	return s, nil
}

// parseItem reads an item of a field's list into s: *, a value or a range, with or without an increment. A value
// with an increment goes on to the end of the field. A range may pass over the end, but for years: 22-2 is
// from ten in the evening until two at night.
func (f *field) parseItem(s *set, item string) error {
	wrong := func() error { return fmt.Errorf("%q in the field %s", item, f.name) }
	from, to, step := f.min, f.max, 1
	base, every, stepped := strings.Cut(item, "/")
	if stepped {
		var ok bool
		if step, ok = number(every); !ok || step == 0 || step > f.max || !f.steps {
			return wrong()
		}
	}
	if base != "*" {
		low, high, ranged := strings.Cut(base, "-")
		var ok bool
		if from, ok = f.value(low); !ok {
			return wrong()
		}
		switch {
		case ranged:
			if to, ok = f.value(high); !ok || to < from && f == &yearField {
				return wrong()
			}
		case !stepped:
			to = from
		}
	}
	size := f.max - f.min + 1
	if to < from {
		to += size
	}
	for v := from; v <= to; v += step {
		s.add(f, f.min+(v-f.min)%size)
	}
	return nil
}

// value reads a value of a field: a number, or a name in capitals or not.
func (f *field) value(text string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(name, text) {
			return f.min + i, true
		}
	}
	n, ok := number(text)
	return n, ok && n >= f.min && n <= f.max && len(text) <= len(strconv.Itoa(f.max))
}

// next finds the first minute after a moment; not ok: there is none.
func (c *cron) next(after time.Time) (time.Time, bool) {
	t := after.UTC().Truncate(time.Minute).Add(time.Minute)
	for t.Year() <= lastYear {
		y, m, d := t.Date()
		if !c.years.has(&yearField, y) {
			t = time.Date(max(y+1, firstYear), 1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if !c.months.has(&monthField, int(m)) {
			t = time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		switch left := c.days(monthOf(y, m)) >> d; {
		case left == 0:
			t = time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
		case left&1 == 0:
			t = time.Date(y, m, d+bits.TrailingZeros32(left), 0, 0, 0, 0, time.UTC)
		case !c.hours.has(&hourField, t.Hour()):
			t = t.Truncate(time.Hour).Add(time.Hour)
		case !c.minutes.has(&minuteField, t.Minute()):
			t = t.Add(time.Minute)
		default:
			return t, true
		}
	}
	return time.Time{}, false
}
