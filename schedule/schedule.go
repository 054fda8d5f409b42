// Package schedule reads the schedule expressions of EventBridge's rules and tells when they are due.
//
// It is pure: it knows no clock, no rules and no events. The grammar is the documented one and no wider; what
// AWS refuses is refused. Time is UTC.
//
//	schedule.go  Schedule, Parse, Next; rates
//	cron.go      cron expressions: their fields
//	days.go      which days of a month a cron expression means
package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The years that a schedule may be due in.
const (
	firstYear = 1970
	lastYear  = 2199
)

// Schedule is an expression that has been read. It never changes.
type Schedule struct {
	rate time.Duration // 0: cron tells
	cron *cron
}

// Parse reads a rate(…) or cron(…) expression. The error says what is wrong with it.
func Parse(text string) (*Schedule, error) {
	kind, rest, _ := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !closed {
		return nil, errors.New("want rate(…) or cron(…)")
	}
	switch kind {
	case "rate":
		return parseRate(inner)
	case "cron":
		c, err := parseCron(inner)
		if err != nil {
			return nil, err
		}
		return &Schedule{cron: c}, nil
	}
	return nil, fmt.Errorf("%q is neither rate nor cron", kind)
}

// units are what a rate counts.
var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// longest is the longest rate that is told apart from never: longer than there are years to be due in.
const longest = (lastYear - firstYear + 1) * 366 * 24 * time.Hour

// parseRate reads what stands in the parentheses of a rate: a count and a unit, which is in the plural unless
// the count is 1.
func parseRate(text string) (*Schedule, error) {
	digits, name, _ := strings.Cut(text, " ")
	n, ok := number(digits)
	if !ok || n == 0 {
		return nil, fmt.Errorf("%q is no count", digits)
	}
	if n > 1 {
		var plural bool
		if name, plural = strings.CutSuffix(name, "s"); !plural {
			return nil, fmt.Errorf("the unit of %s must be in the plural", digits)
		}
	}
	unit, ok := units[name]
	if !ok {
		return nil, fmt.Errorf("%q is no unit for %s", name, digits)
	}
	return &Schedule{rate: time.Duration(min(n, int(longest/unit))) * unit}, nil
}

// number reads decimal digits, which have no sign.
func number(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}

// Next tells when the schedule is due for the first time after a moment; not ok: never again. start is where a
// rate counts from: it is due one interval later for the first time. Cron does not ask for it.
func (s *Schedule) Next(start, after time.Time) (at time.Time, ok bool) {
	if s.cron != nil {
		return s.cron.next(after)
	}
	at = start.UTC().Add(s.rate)
	if passed := after.Sub(start); passed > 0 {
		at = at.Add(passed - passed%s.rate)
	}
	return at, at.Year() <= lastYear
}
