// Command patterns measures event matching: how many events a CPU-second one goroutine matches, with which rules and
// how many of them, and what it costs to build a set of rules, to add one and to remove one. Beside each speed
// stands the multiple of a yardstick, encoding/json decoding a case event into an any, measured in turns with it:
// absolute numbers say little about another machine. README.md has recorded runs.
//
//	main.go       the flags · run.go the run · table.go what it prints · rows.go what is measured
//	measure.go    calls, their CPU time and memory, with cpu_unix.go and cpu_other.go · yardstick.go encoding/json
//	lots.go       parcels of a city out of a seed · lot_rules.go the rules of event-ruler's benchmark
//	cases.go      case events · families.go rules that are alike but for a number · hostile.go expensive events
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
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
