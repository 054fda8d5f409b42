package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// result is what a row shows.
type result struct {
	Table          string  `json:"table"`
	Name           string  `json:"name"`
	Rules          int     `json:"rules"`
	HitsPerEvent   float64 `json:"hits_per_event"`
	PerSecond      float64 `json:"events_per_cpu_second"`
	Multiple       float64 `json:"multiple"`     // of the yardstick
	Yardstick      float64 `json:"yardstick"`    // events that it decoded per CPU-second, in this row's turns
	Micros         float64 `json:"us_per_event"` // CPU time
	AllocsPerEvent float64 `json:"allocs_per_event"`
	CompileMicros  float64 `json:"compile_us_per_rule"`
	BuildMicros    float64 `json:"build_us_per_rule"`
	KBPerRule      float64 `json:"kb_per_rule"` // with the compiled pattern
	With           *change `json:"with,omitempty"`
	Without        *change `json:"without,omitempty"`
	AfterChanges   float64 `json:"events_per_cpu_second_after_changes,omitempty"`
}

// change is what one more rule, or one less, takes.
type change struct {
	Micros   float64 `json:"us"`
	KB       float64 `json:"kb_allocated"`
	KBGrowth float64 `json:"kb_heap_growth"` // without the compiled pattern
}

// change is the cost of a call that changes a set.
func (m measured) change() *change {
	return &change{m.micros(), m.each(float64(m.bytes)) / 1024, m.growth / 1024}
}

// writeJSON prints the results as an array.
func writeJSON(w io.Writer, results []result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(results)
}

// writeTables prints a table of speeds for each kind of rows, one of the costs of rules, and the yardstick.
func writeTables(w io.Writer, results []result) (err error) {
	print := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format, args...)
		}
	}
	for _, t := range tables {
		speeds(print, t.heading, of(results, func(r result) bool { return r.Table == t.name }))
	}
	costs(print, of(results, func(r result) bool { return r.With != nil }))
	var yards []float64
	for _, r := range results {
		yards = append(yards, r.Yardstick)
	}
	print("Yardstick: encoding/json decodes %s case events of %s bytes per CPU-second.\n", round(median(yards)), round(caseEventSize))
	return err
}

// of are some of the results.
func of(results []result, wanted func(result) bool) (some []result) {
	for _, r := range results {
		if wanted(r) {
			some = append(some, r)
		}
	}
	return some
}

// speeds prints a table of matching.
func speeds(print func(string, ...any), heading string, results []result) {
	if len(results) == 0 {
		return
	}
	print("### %s\n\n| rules | number | hits per event | events per CPU-s | × yardstick | µs per event | allocations per event |\n|---|--:|--:|--:|--:|--:|--:|\n", heading)
	for _, r := range results {
		print("| %s | %s | %s | %s | %s | %s | %s |\n", r.Name, round(float64(r.Rules)), small(r.HitsPerEvent), round(r.PerSecond), small(r.Multiple), short(r.Micros), short(r.AllocsPerEvent))
	}
	print("\n")
}

// costs prints the table of building and changing sets.
func costs(print func(string, ...any), results []result) {
	if len(results) == 0 {
		return
	}
	print("### Rules: what one takes\n\n| rules | number | compile µs | build µs | live KB | add µs | KB allocated | heap KB | remove µs | KB allocated | heap KB | events per CPU-s after that |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range results {
		print("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", r.Name, round(float64(r.Rules)), short(r.CompileMicros), short(r.BuildMicros), short(r.KBPerRule),
			short(r.With.Micros), short(r.With.KB), short(r.With.KBGrowth), short(r.Without.Micros), short(r.Without.KB), short(r.Without.KBGrowth), round(r.AfterChanges))
	}
	print("\n")
}

// round writes a whole number, its thousands apart.
func round(f float64) string {
	s := strconv.FormatInt(int64(math.Round(f)), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// small writes a number that is of interest even where it is next to nothing.
func small(f float64) string {
	if math.Abs(f) < 0.1 {
		return strconv.FormatFloat(f, 'g', 2, 64)
	}
	return short(f)
}

// short writes a number as exactly as one reads it; what is next to nothing is 0.
func short(f float64) string {
	switch abs := math.Abs(f); {
	case abs < 0.005:
		return "0"
	case abs < 10:
		return strconv.FormatFloat(f, 'f', 2, 64)
	case abs < 100:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return round(f)
}
