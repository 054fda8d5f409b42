// Command patterns measures event matching: how many events a CPU-second one goroutine matches, with which rules and
// how many of them, and what it costs to build a set of rules, to add one and to remove one. Beside each speed
// stands the multiple of a yardstick, encoding/json decoding a case event into an any, measured in turns with it:
// absolute numbers say little about another machine. README.md has recorded runs.
//
//	main.go       the run · table.go what it prints · rows.go what is measured
//	measure.go    calls, their CPU time and memory, with cpu_unix.go and cpu_other.go · yardstick.go encoding/json
//	lots.go       parcels of a city out of a seed · lot_rules.go the rules of event-ruler's benchmark
//	cases.go      case events · families.go rules that are alike but for a number · hostile.go expensive events
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// main runs the benchmark, or is the yardstick of one.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var b bench
	asYardstick := flag.Bool("yardstick", false, "be the yardstick (used by the benchmark itself)")
	only := flag.String("only", "", "measure only the rows whose name, like growth/prefix/1000, matches this regular expression")
	list := flag.Bool("list", false, "list the rows' names and measure nothing")
	sizes := flag.String("rules", "10,1000,100000", "numbers of rules")
	asJSON := flag.Bool("json", false, "print JSON instead of tables")
	flag.DurationVar(&b.span, "d", 300*time.Millisecond, "how long each measurement lasts")
	flag.IntVar(&b.rounds, "rounds", 3, "how many measurements a row is the median of")
	flag.StringVar(&b.matchProfile, "cpuprofile", "", "file for a CPU profile of the matching; of one row")
	flag.StringVar(&b.changeProfile, "changeprofile", "", "file for a CPU profile of adding and removing rules; of one row")
	flag.Parse()
	if *asYardstick {
		fail(serveYardstick(os.Stdin, os.Stdout))
		return
	}
	selected, err := selection(*sizes, *only)
	fail(err)
	if *list {
		for _, r := range selected {
			fmt.Println(r)
		}
		return
	}
	results, err := b.run(ctx, selected)
	fail(err)
	if *asJSON {
		fail(writeJSON(os.Stdout, results))
	} else {
		fail(writeTables(os.Stdout, results))
	}
}

// selection reads the numbers of rules and gives the rows whose names match.
func selection(sizes, only string) (selected []row, err error) {
	var numbers []int
	for s := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-rules: %q is no number of rules", s)
		}
		numbers = append(numbers, n)
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	for _, r := range rows(numbers) {
		if wanted.MatchString(r.String()) {
			selected = append(selected, r)
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("-only: no row's name matches %s", only)
	}
	return selected, nil
}

// fail ends the program on an error.
func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "patterns:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	span                        time.Duration
	rounds                      int
	matchProfile, changeProfile string
	yard                        yardstick
}

// run measures the rows one after the other.
func (b *bench) run(ctx context.Context, selected []row) (results []result, err error) {
	if len(selected) > 1 && b.matchProfile+b.changeProfile != "" {
		return nil, errors.New("a profile is of one row: choose it with -only")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if b.yard == nil {
		if b.yard, err = startYardstick(ctx); err != nil {
			return nil, err
		}
	}
	for i, r := range selected {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintf(os.Stderr, "%d/%d %-50s", i+1, len(selected), r)
		res, err := b.row(r)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "%12.0f/CPU-s %6.1f × the yardstick\n", res.PerSecond, res.Multiple)
		results = append(results, res)
	}
	return results, nil
}

// row measures one row: building, matching in turns with the yardstick, and changing.
func (b *bench) row(r row) (res result, err error) {
	res = result{Table: r.table, Name: r.name, Rules: r.rules}
	before := live()
	rules, compiling, err := r.compiled(0, r.rules)
	if err != nil {
		return res, err
	}
	set, building := built(rules)
	rules = nil // the set keeps what it needs
	res.CompileMicros, res.BuildMicros = compiling.micros(), building.micros()/float64(r.rules)
	res.KBPerRule = (float64(live()) - float64(before)) / 1024 / float64(r.rules)
	events, hits := r.sent()
	if err := r.check(set, events, hits); err != nil {
		return res, err
	}
	if err := profiled(b.matchProfile, func() error { return b.match(&res, set, events) }); err != nil || !r.grown {
		return res, err
	}
	extra, _, err := r.compiled(r.rules, r.rules+max(16, r.rules/10))
	if err != nil {
		return res, err
	}
	err = profiled(b.changeProfile, func() error {
		with, without, grown, shrunk, err := changing(set, extra, b.span)
		res.With = &change{with.micros(), with.each(float64(with.bytes)) / 1024, grown / 1024}
		res.Without = &change{without.micros(), without.each(float64(without.bytes)) / 1024, -shrunk / 1024}
		return err
	})
	return res, err
}

// profiled runs something with a CPU profile, if there is a file for it.
func profiled(path string, run func() error) error {
	if path == "" {
		return run()
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = run()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}
