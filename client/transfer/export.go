package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Export writes a domain's configuration and cases into a file.
type Export struct {
	From        *Domain
	File        string // the lines
	State       string // where the position is kept while the export is not complete
	Connections int
	// Total is told how many cases there are to write, Done of each case that is written.
	Total func(cases int)
	Done  func()
}

// exported is the position of an export: the file is good up to Bytes, and holds the cases up to an instant.
type exported struct {
	Domain string   `json:"domainId"`
	Bytes  int64    `json:"bytes"`
	Cases  int      `json:"cases"`
	After  string   `json:"createdFrom,omitempty"` // created_datetime of the last case
	At     []string `json:"written,omitempty"`     // the cases of that very instant that are written
}

// Run writes what is not yet written. When it is interrupted, the next run goes on where it ended.
func (e *Export) Run(ctx context.Context) error {
	var at exported
	resumed, err := loadPosition(e.State, &at)
	if err != nil {
		return err
	}
	if resumed && at.Domain != e.From.ID {
		return fmt.Errorf("%s belongs to an export of the domain %s", e.State, at.Domain)
	}
	f, err := e.open(resumed, at.Bytes)
	if err != nil {
		return err
	}
	defer f.Close()
	w := &exporter{Export: e, position: at, file: f, out: bufio.NewWriterSize(f, 1<<20)}
	w.position.Domain = e.From.ID
	err = w.run(ctx, at.Cases > 0)
	if err != nil && w.position.Cases == 0 {
		return errors.Join(err, f.Close(), e.forget()) // nothing worth keeping: the next run may be for another domain
	}
	if saveErr := w.save(); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	if err != nil {
		return err
	}
	return os.Remove(e.State)
}

// forget removes the files of an export that has written no case.
func (e *Export) forget() error {
	err := os.Remove(e.State)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(e.File))
}

// open opens the file where the lines go on. It does not write over a file that is complete; an empty one is what
// a run has left that was killed at its beginning.
func (e *Export) open(resumed bool, size int64) (*os.File, error) {
	if !resumed {
		if info, err := os.Stat(e.File); err == nil && !(info.Mode().IsRegular() && info.Size() == 0) {
			return nil, fmt.Errorf("%s exists already, and there is no %s to go on from", e.File, e.State)
		}
		return os.OpenFile(e.File, os.O_CREATE|os.O_WRONLY, 0o600)
	}
	f, err := os.OpenFile(e.File, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < size {
		err = fmt.Errorf("%s is shorter than %s says", e.File, e.State)
	}
	if err == nil {
		err = f.Truncate(size) // what was written after the position is written again
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// exporter is a run of an Export.
type exporter struct {
	*Export
	position  exported
	file      *os.File
	out       *bufio.Writer
	fields    []string        // ids to ask for
	templates map[string]bool // ids of those that are written
	saver     saver
}

// run writes the configuration, unless that is done, and the cases.
func (w *exporter) run(ctx context.Context, configured bool) error {
	config, err := w.configuration(ctx)
	if err != nil {
		return err
	}
	if !configured {
		// A run that ended before the first case has nothing worth keeping.
		if err := w.rewind(); err != nil {
			return err
		}
		for _, r := range config {
			if err := w.line(r); err != nil {
				return err
			}
		}
	}
	return w.cases(ctx)
}

// rewind begins the file anew.
func (w *exporter) rewind() error {
	w.position.Bytes = 0
	if err := w.file.Truncate(0); err != nil {
		return err
	}
	_, err := w.file.Seek(0, io.SeekStart)
	return err
}

// line writes a line.
func (w *exporter) line(r Record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	n, err := w.out.Write(append(text, '\n'))
	w.position.Bytes += int64(n)
	return err
}

// written notes a case whose line is written, and saves the position now and then.
func (w *exporter) written(c found) error {
	if c.created != w.position.After {
		w.position.After, w.position.At = c.created, nil
	}
	w.position.At = append(w.position.At, c.id)
	w.position.Cases++
	if w.Done != nil {
		w.Done()
	}
	if w.saver.due() {
		return w.save()
	}
	return nil
}

// save makes the lines durable and then says so.
func (w *exporter) save() error {
	began := time.Now()
	if err := errors.Join(w.out.Flush(), w.file.Sync()); err != nil {
		return err
	}
	err := savePosition(w.State, w.position)
	w.saver.saved(began)
	return err
}
