package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Import brings the lines of a file into a domain.
type Import struct {
	To          *Domain
	File        string // the lines
	State       string // where the position is kept
	Map         string // where it is written which case became which; empty: nowhere
	Connections int
	// LeaveOut goes on without the related items that the server refuses; otherwise the first one ends the import.
	LeaveOut bool
	// Total is told how many lines there are to do, Done of each that is done, Left of what is not carried over.
	Total func(lines int)
	Done  func()
	Left  func(line int, what string)
}

// imported is the position of an import: all lines up to Line are done.
type imported struct {
	Domain   string            `json:"domainId"`
	Size     int64             `json:"size"` // of the file
	Pass     int               `json:"pass"` // see Run
	Line     int               `json:"line"`
	Offset   int64             `json:"offset"`            // where the line after Line begins
	Compare  bool              `json:"compare,omitempty"` // every line with what is there: the domain had cases before
	Begun    int               `json:"begun"`             // lines after this one have not been touched
	MapBytes int64             `json:"mapBytes"`          // how much of the map is good
	Cases    map[int]string    `json:"cases,omitempty"`   // cases of lines after Line that are made already
	IDs      map[string]string `json:"ids"`               // kind and id in the file -> id in the domain
	Links    map[string]string `json:"links,omitempty"`   // cases that are linked: id in the file -> id in the domain
	Finish   []finish          `json:"finish,omitempty"`  // what is to be done when all cases are there
	Complete bool              `json:"complete,omitempty"`
}

// ErrComplete says that the file has been imported already.
var ErrComplete = errors.New("all of it is imported already")

// The passes over the file. Cases are linked when all of them are there: a link may lead to a later line.
const (
	passCases = 1
	passLinks = 2
	passEnd   = 3
)

// Run does what is not yet done. When it is interrupted, the next run goes on where it ended; lines that were
// under way are compared with what the domain has, so that nothing is made twice.
func (m *Import) Run(ctx context.Context) error {
	f, err := os.Open(m.File)
	if err != nil {
		return err
	}
	defer f.Close()
	run, err := m.begin(f)
	if err != nil {
		return err
	}
	if run.position.Complete {
		return ErrComplete
	}
	if err := run.look(ctx); err != nil {
		return err
	}
	if run.maps, err = run.openMap(); err != nil {
		return err
	}
	defer run.maps.Close()
	err = run.scan(ctx)
	for err == nil && run.position.Pass < passEnd {
		if err = run.pass(ctx); err == nil {
			run.position.Pass++
			run.position.Line, run.position.Offset, run.position.Begun, run.doubtful = 0, 0, 0, 0
			err = run.save()
		}
	}
	if err == nil {
		err = run.finish(ctx)
	}
	run.position.Complete = err == nil
	return errors.Join(err, run.save())
}

// begin reads the position.
func (m *Import) begin(f *os.File) (*importer, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	run := &importer{Import: m, file: f}
	p := &run.position
	resumed, err := loadPosition(m.State, p)
	switch {
	case err != nil:
		return nil, err
	case resumed && p.Domain != m.To.ID:
		return nil, fmt.Errorf("%s belongs to an import into the domain %s", m.State, p.Domain)
	case resumed && p.Size != info.Size():
		return nil, fmt.Errorf("%s has changed since %s was written", m.File, m.State)
	case !resumed:
		*p = imported{Domain: m.To.ID, Size: info.Size(), Pass: passCases}
		run.fresh = true
	}
	run.doubtful = p.Begun
	run.cases = make(map[int]string)
	for line, id := range p.Cases {
		run.cases[line] = id
	}
	if p.IDs == nil {
		p.IDs = make(map[string]string)
	}
	if p.Links == nil {
		p.Links = make(map[string]string)
	}
	return run, nil
}

// look gets to know the domain. Where there are cases already, this file may have been imported before: then
// every line is compared with what is there.
func (m *importer) look(ctx context.Context) (err error) {
	if m.arn, err = m.To.arn(ctx); err != nil || !m.fresh {
		return err
	}
	var p page
	if err := m.To.post(ctx, "/cases-search", object{"maxResults": 1}, &p); err != nil {
		return err
	}
	m.position.Compare = len(p.Cases) > 0
	return nil
}

// importer is a run of an Import.
type importer struct {
	*Import
	file     *os.File
	maps     *os.File
	fresh    bool // there was no position
	doubtful int  // lines up to this one may have been under way when the last run ended
	names    names
	arn      string // of the domain
	linked   bool   // some case is linked with another

	mu       sync.Mutex // guards what follows
	position imported
	cases    map[int]string   // lines after position.Line -> their cases, when they are made
	done     map[int]finished // lines after position.Line that are done
	order    []int            // the lines under way, in their order
	saver    saver
}

// finished is a line that is done.
type finished struct {
	offset   int64
	old, new string // of a case
}

// scan reads the file once, to count its lines and to find the cases that are linked with each other: only of
// them is it kept in memory what they became.
func (m *importer) scan(ctx context.Context) error {
	if _, err := m.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, lines := NewReader(m.file, 0, 0), 0
	for ctx.Err() == nil {
		text, err := r.Next()
		if errors.Is(err, io.EOF) {
			if m.Total != nil {
				m.Total(lines)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if m.position.Pass == passCases && r.Line > m.position.Line {
			lines++
		}
		if !bytes.Contains(text, []byte(itemLink)) {
			continue
		}
		record, err := Parse(text)
		if err != nil {
			return fmt.Errorf("line %d: %w", r.Line, err)
		}
		if c, ok := record.(*Case); ok {
			m.noteLinks(c)
		}
	}
	return ctx.Err()
}

// noteLinks keeps the cases at both ends of a case's links.
func (m *importer) noteLinks(c *Case) {
	for _, i := range c.Items {
		if i.Type != itemLink {
			continue
		}
		m.linked = true
		for _, id := range []string{c.ID, linkedCase(i.Content)} {
			if _, ok := m.position.Links[id]; !ok {
				m.position.Links[id] = ""
			}
		}
	}
}

// job is a case line for a worker.
type job struct {
	line   int
	offset int64
	text   []byte
}

// pass goes through the lines from the position to the end of the file.
func (m *importer) pass(ctx context.Context) error {
	if m.position.Pass == passLinks && !m.linked {
		return nil
	}
	if _, err := m.file.Seek(m.position.Offset, io.SeekStart); err != nil {
		return err
	}
	m.done, m.order = make(map[int]finished), nil
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan job)
	var group sync.WaitGroup
	for range m.Connections {
		group.Go(func() {
			for j := range jobs {
				if err := m.work(ctx, j); err != nil {
					cancel(err)
				}
			}
		})
	}
	if err := m.dispatch(ctx, jobs); err != nil {
		cancel(err)
	}
	close(jobs)
	group.Wait()
	return context.Cause(ctx)
}

// ahead is how many lines are announced before they are begun. The position says which lines may have been
// begun, and a position costs a write.
const ahead = 1000

// dispatch reads lines. It does the configuration itself, one line after the other, and hands cases out.
func (m *importer) dispatch(ctx context.Context, jobs chan<- job) error {
	r := NewReader(m.file, m.position.Line, m.position.Offset)
	for {
		text, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.announce(r.Line); err != nil {
			return err
		}
		j := job{r.Line, r.Offset, text}
		if isCase(text) {
			select {
			case jobs <- j:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		if err := m.work(ctx, j); err != nil {
			return err
		}
	}
}

// isCase says whether a line is a case in the form in which an export writes it. In another form a case is done
// like the configuration, while no other line is begun.
func isCase(text []byte) bool { return bytes.HasPrefix(text, []byte(`{"type":"case",`)) }

// announce makes it durable that a line may be begun.
func (m *importer) announce(line int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = append(m.order, line)
	if line <= m.position.Begun {
		return nil
	}
	m.position.Begun = line + ahead
	return m.saveLocked()
}

// work does a line, and says so.
func (m *importer) work(ctx context.Context, j job) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	record, err := Parse(j.text)
	f := finished{offset: j.offset}
	if err == nil {
		if c, ok := record.(*Case); ok {
			f.old = c.ID
			f.new, err = m.importCase(ctx, j.line, c)
		} else if m.position.Pass == passCases {
			err = m.importConfig(ctx, record)
		}
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", j.line, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.advance(j.line, f)
}

// advance notes that a line is done, moves the position over all lines that are done, and saves it now and then.
func (m *importer) advance(line int, f finished) error {
	m.done[line] = f
	for len(m.order) > 0 {
		next, ok := m.done[m.order[0]]
		if !ok {
			break
		}
		at := m.order[0]
		delete(m.done, at)
		delete(m.cases, at)
		m.order = m.order[1:]
		m.position.Line, m.position.Offset = at, next.offset
		if next.new != "" && m.position.Pass == passCases {
			text, err := json.Marshal(map[string]string{"caseId": next.old, "newCaseId": next.new})
			if err != nil {
				return err
			}
			n, err := m.maps.Write(append(text, '\n'))
			m.position.MapBytes += int64(n)
			if err != nil {
				return err
			}
		}
	}
	if m.Done != nil && m.position.Pass == passCases {
		m.Done()
	}
	if !m.saver.due() {
		return nil
	}
	return m.saveLocked()
}

// save saves the position when nothing is under way any more: no line after those that are known is touched.
func (m *importer) save() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.position.Begun = m.position.Line
	if len(m.order) > 0 {
		m.position.Begun = m.order[len(m.order)-1]
	}
	return m.saveLocked()
}

// saveLocked saves the position, and before it what it speaks of.
func (m *importer) saveLocked() error {
	began := time.Now()
	if m.Map != "" {
		if err := m.maps.Sync(); err != nil {
			return err
		}
	}
	m.position.Cases = m.cases
	err := savePosition(m.State, m.position)
	m.saver.saved(began)
	return err
}
