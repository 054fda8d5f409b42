package app

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a long command is: a bar on a terminal, a line now and then elsewhere.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	what  string
	total int64 // below 1: not known
	done  int64
	began time.Time
	told  time.Time
	bar   *progressbar.ProgressBar // nil without a terminal
}

// betweenLines is how often a line is written where there is no terminal.
const betweenLines = 10 * time.Second

// newProgress begins at done of total, counted in what.
func newProgress(out io.Writer, what string, done, total int64) *progress {
	p := &progress{out: out, what: what, total: total, done: done, began: time.Now(), told: time.Now()}
	if !isTerminal(out) {
		return p
	}
	if total < 1 {
		total = -1
	}
	p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(what),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionSetPredictTime(total > 0))
	_ = p.bar.Set64(done) // a bar that cannot be drawn must not end the work
	return p
}

// isTerminal says whether what is written is seen by somebody as it is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// add counts n more. It may be called by several goroutines.
func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.bar != nil {
		_ = p.bar.Add64(n)
		return
	}
	if time.Since(p.told) >= betweenLines {
		p.told = time.Now()
		p.line()
	}
}

// expect says how many there are, when that is known only later.
func (p *progress) expect(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
	if p.bar != nil && total > 0 {
		p.bar.ChangeMax64(total)
	}
}

// note writes a line beside the bar.
func (p *progress) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.out, format+"\n", args...)
}

// line writes how far it is.
func (p *progress) line() {
	of := ""
	if p.total > 0 {
		of = fmt.Sprintf(" of %d", p.total)
	}
	fmt.Fprintf(p.out, "%d%s %s after %s\n", p.done, of, p.what, time.Since(p.began).Round(time.Second))
}

// end leaves the last state on the screen.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
		return
	}
	p.line()
}
