// Command apigen turns AWS's service models into the packages below awsapi: shapes, decoders, encoders,
// constraints, exceptions and operation tables. It generates no behaviour: what an operation does is
// written in svc.
//
// The models are botocore's (service-2.json), one file a service; any botocore checkout will do once its
// files are named as the table in services.go has them. The models of services that are ours and not AWS's are in
// the same form below own. Equal models give equal bytes.
//
//	main.go     flags, writing and checking files
//	services.go what the models do not say, per service · ops.txt the operations wanted
//	model.go    the models as they are on disk
//	plan.go     which shapes are needed and what Go calls them
//	emit*.go    the generated files, one each
//	coverage.go docs/coverage.md
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// main runs the command line.
func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	models, out, coverage, rooms string
	check                        bool
}

// run generates everything and writes it, or compares it with what is there.
func run(args []string, log io.Writer) error {
	var o options
	flags := flag.NewFlagSet("apigen", flag.ContinueOnError)
	flags.StringVar(&o.models, "models", "", "folder with the models: connectcases.json, events.json, …")
	flags.StringVar(&o.out, "out", "awsapi", "folder of the generated packages")
	flags.StringVar(&o.coverage, "coverage", "", "coverage document to write; empty writes none")
	flags.StringVar(&o.rooms, "rooms", "svc", "folder of the service rooms, for the coverage document")
	flags.BoolVar(&o.check, "check", false, "write nothing; fail if a file differs")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.models == "" {
		return fmt.Errorf("-models is missing")
	}
	files, err := generate(o)
	if err != nil {
		return err
	}
	if o.check {
		return compare(files, log)
	}
	return write(files)
}

// generate gives the content of every file by path.
func generate(o options) (map[string][]byte, error) {
	files := map[string][]byte{}
	var plans []*plan
	for _, cfg := range services {
		m, err := readModel(o.models, cfg)
		if err != nil {
			return nil, err
		}
		p, err := newPlan(cfg, m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cfg.id, err)
		}
		plans = append(plans, p)
		for name, emit := range emitters {
			w := &writer{plan: p}
			emit(w)
			if w.err != nil {
				return nil, fmt.Errorf("%s/%s: %w", cfg.id, name, w.err)
			}
			if w.body.Len() == 0 {
				continue
			}
			src, err := format.Source(w.file())
			if err != nil {
				return nil, fmt.Errorf("%s/%s: %w", cfg.id, name, err)
			}
			files[filepath.Join(o.out, cfg.id, name)] = src
		}
	}
	if o.coverage != "" {
		doc, err := coverage(plans, o.rooms)
		if err != nil {
			return nil, err
		}
		files[o.coverage] = doc
	}
	return files, nil
}

// emitters are the generated files.
var emitters = map[string]func(*writer){
	"shapes.gen.go": emitShapes,
	"decode.gen.go": emitDecoders,
	"encode.gen.go": emitEncoders,
	"check.gen.go":  emitChecks,
	"query.gen.go":  emitQuery,
	"errors.gen.go": emitErrors,
	"ops.gen.go":    emitOperations,
}

// write puts the files into place.
func write(files map[string][]byte) error {
	for path, content := range files {
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compare names the files that are not as they would be written.
func compare(files map[string][]byte, log io.Writer) error {
	differ := 0
	for _, path := range slices.Sorted(maps.Keys(files)) {
		old, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		if err != nil || !bytes.Equal(old, files[path]) {
			fmt.Fprintln(log, path)
			differ++
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d generated files are out of date", differ)
	}
	return nil
}
