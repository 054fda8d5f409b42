package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/schedule"
)

// naive says of a minute whether an expression means it.
type naive func(t time.Time) bool

// list makes a field of some numbers, and what it means.
func list(r *rand.Rand, low, high int, of func(t time.Time) int) (string, naive) {
	var values []int
	var text []string
	for range 1 + r.IntN(3) {
		v := low + r.IntN(high-low+1)
		values, text = append(values, v), append(text, strconv.Itoa(v))
	}
	switch r.IntN(4) {
	case 0:
		return "*", func(time.Time) bool { return true }
	case 1: // all from the first on, in steps
		step := 1 + r.IntN(high)
		return fmt.Sprintf("%d/%d", values[0], step), func(t time.Time) bool { return of(t) >= values[0] && (of(t)-values[0])%step == 0 }
	case 2: // a range, which may pass over the end
		to := low + r.IntN(high-low+1)
		return fmt.Sprintf("%d-%d", values[0], to), func(t time.Time) bool {
			v := of(t)
			if values[0] <= to {
				return v >= values[0] && v <= to
			}
			return v >= values[0] || v <= to
		}
	}
	return strings.Join(text, ","), func(t time.Time) bool { return slices.Contains(values, of(t)) }
}

// workday says whether a day is from Monday to Friday.
func workday(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }

// nearest says whether a day is the workday of its month that is nearest to a day of that.
func nearest(t time.Time, day int) bool {
	if !workday(t) || time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, time.UTC).Month() != t.Month() {
		return false
	}
	away := max(t.Day()-day, day-t.Day())
	for d := range 31 {
		other := time.Date(t.Year(), t.Month(), d+1, 0, 0, 0, 0, time.UTC)
		if other.Month() == t.Month() && workday(other) && max(other.Day()-day, day-other.Day()) < away {
			return false
		}
	}
	return true
}

// dayFields makes the fields of the days, and what they mean together.
func dayFields(r *rand.Rand) (ofMonth, ofWeek string, is naive) {
	day, weekday, n := 1+r.IntN(31), 1+r.IntN(7), 1+r.IntN(5)
	on := func(t time.Time) bool { return int(t.Weekday())+1 == weekday }
	switch r.IntN(7) {
	case 0:
		return "L", "?", func(t time.Time) bool { return t.AddDate(0, 0, 1).Day() == 1 }
	case 1:
		return "LW", "?", func(t time.Time) bool {
			return nearest(t, time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
		}
	case 2:
		return fmt.Sprintf("%dW", day), "?", func(t time.Time) bool { return nearest(t, day) }
	case 3:
		return "?", fmt.Sprintf("%d#%d", weekday, n), func(t time.Time) bool { return on(t) && (t.Day()-1)/7+1 == n }
	case 4:
		return "?", fmt.Sprintf("%dL", weekday), func(t time.Time) bool { return on(t) && t.AddDate(0, 0, 7).Month() != t.Month() }
	case 5:
		return "?", fmt.Sprintf("%d,%d", weekday, n), func(t time.Time) bool { return on(t) || int(t.Weekday())+1 == n }
	}
	ofMonth, is = list(r, 1, 31, time.Time.Day)
	return ofMonth, "?", is
}

// TestNextFindsWhatLookingAtEachMinuteFinds compares random expressions with their meaning, minute by minute.
func TestNextFindsWhatLookingAtEachMinuteFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 150 {
		minutes, isMinute := list(r, 0, 59, time.Time.Minute)
		hours, isHour := list(r, 0, 23, time.Time.Hour)
		months, isMonth := list(r, 1, 12, func(t time.Time) int { return int(t.Month()) })
		ofMonth, ofWeek, isDay := dayFields(r)
		text := fmt.Sprintf("cron(%s %s %s %s %s *)", minutes, hours, ofMonth, months, ofWeek)
		s, err := schedule.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		from := time.Date(2020+r.IntN(10), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		end := from.AddDate(1, 1, 0)
		next, ok := s.Next(time.Time{}, from)
		for day := from; day.Before(end); day = day.AddDate(0, 0, 1) {
			if !isMonth(day) || !isDay(day) {
				continue
			}
			for m := range 24 * 60 {
				at := day.Add(time.Duration(m) * time.Minute)
				if !at.After(from) || !isHour(at) || !isMinute(at) {
					continue
				}
				if !ok || !next.Equal(at) {
					t.Fatalf("%s after %v: got %v %v, want %v", text, from, next, ok, at)
				}
				found++
				next, ok = s.Next(time.Time{}, at)
			}
		}
		if ok && next.Before(end) {
			t.Fatalf("%s: got %v, want nothing before %v", text, next, end)
		}
	}
	if found < 10_000 {
		t.Errorf("only %d minutes compared", found)
	}
}
