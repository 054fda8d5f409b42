package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/casestream/casestream/events"
)

// listenCmd is `casestream listen`.
type listenCmd struct {
	Bus       string `default:"default" help:"Name or ARN of the bus that the events are put on; empty for all buses."`
	Pattern   string `placeholder:"F" help:"Only events that match this event pattern: a file, or the JSON text itself."`
	Full      bool   `help:"Show each event whole, not in one line."`
	ForwardTo string `placeholder:"URL" help:"POST each event to this URL, in their order, and show the status of the answer."`
	Remote    remote `embed:""`
}

// Help is what --help adds.
func (*listenCmd) Help() string {
	return `Shows events as they come, each with a number. Keys: r sends the last event again, 3r the one with the number 3; p pauses and goes on, q quits. With
--forward-to, r posts the event to the URL again and nobody else receives it; R puts it on its bus again, as r does without --forward-to: all targets of matching
rules receive it. Where the standard input is no terminal, it takes lines: r, r 3, R 3, p, q.`
}

// Run listens until it is told to stop.
func (c *listenCmd) Run(ctx context.Context, s streams) error {
	if c.Pattern == "-" {
		return errors.New("--pattern=-: the standard input is for commands here; want a file or the text itself")
	}
	if u, err := url.Parse(c.ForwardTo); c.ForwardTo != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("--forward-to=%s: want an http or https URL", c.ForwardTo)
	}
	w := wanted{Bus: c.Bus, Pattern: c.Pattern}
	in, err := w.members(ctx, s.in)
	if err != nil {
		return err
	}
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	keys, restore, err := openKeys(s)
	if err != nil {
		return err
	}
	defer restore()
	l := &listener{cmd: c, api: api, out: keys.out, err: keys.err, kept: map[int]*tracedEvent{}, print: newEventPrinter(s.out, false)}
	l.http = &http.Client{Timeout: forwardTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	l.print.out = l.out
	f := eventFollower(api, in, 0, func(text string) { fmt.Fprintln(l.err, text) })
	return l.run(ctx, f, keys.commands)
}

// forwardTime is how long the receiver of a forwarded event may take.
const forwardTime = 5 * time.Second

// keptEvents is how many events can be sent again by their number.
const keptEvents = 1000

// listener shows events and obeys commands.
type listener struct {
	cmd      *listenCmd
	api      ownAPI
	http     *http.Client
	out, err io.Writer
	print    *eventPrinter
	last     int // the number of the last event
	kept     map[int]*tracedEvent
	paused   bool
}

// run takes turns between events and commands until the context ends, q is pressed or the server refuses.
func (l *listener) run(ctx context.Context, f *follower[tracedEvent], commands <-chan command) error {
	ctx, stop := context.WithCancel(ctx)
	came, ended, begun := make(chan *tracedEvent), make(chan error, 1), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	var following sync.WaitGroup
	following.Go(func() {
		ended <- f.run(ctx, func(list []tracedEvent) error {
			begin()
			for i := range list {
				select {
				case came <- &list[i]:
				case <-ctx.Done():
					return nil
				}
			}
			return nil
		})
	})
	defer following.Wait()
	defer stop()
	for {
		from := came
		if l.paused {
			from = nil // events wait on the server
		}
		select {
		case <-begun:
			begun = nil
			fmt.Fprintf(l.err, "Listening on %s.\n", l.api.client.Base)
		case e := <-from:
			l.show(ctx, e)
		case c, open := <-commands:
			if !open {
				commands = nil // there are no more, and events go on
			} else if c.name == 'q' {
				return nil
			} else {
				l.obey(ctx, c)
			}
		case err := <-ended:
			return err
		}
	}
}

// show shows an event, and forwards it.
func (l *listener) show(ctx context.Context, e *tracedEvent) {
	l.last++
	l.kept[l.last] = e
	delete(l.kept, l.last-keptEvents)
	text := fmt.Sprintf("%4d  %s  %s  %s  %s%s", l.last, local(e.ReceivedTime.time()), l.print.colour("36", harmless(e.Source)),
		l.print.colour("1", harmless(e.DetailType)), harmless(e.EventID), caseOf(e))
	if l.cmd.Full {
		text += "\n" + indented(e.Event)
	}
	fmt.Fprintln(l.out, text)
	if l.cmd.ForwardTo != "" {
		l.forward(ctx, l.last, e)
	}
}

// caseOf tells of which case an event is, if it is of one.
func caseOf(e *tracedEvent) string {
	ev, err := events.Parse([]byte(e.Event))
	if err != nil || ev.Detail.CaseID() == "" {
		return ""
	}
	return "  case " + harmless(ev.Detail.CaseID())
}

// forward posts an event to the URL and says what came of it.
func (l *listener) forward(ctx context.Context, number int, e *tracedEvent) {
	began := time.Now()
	status, err := l.post(ctx, e)
	took := time.Since(began).Round(time.Millisecond)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		fmt.Fprintf(l.out, "%4d  %s  %s\n", number, l.print.colour("31", "not forwarded"), harmless(err.Error()))
	case status >= 300:
		fmt.Fprintf(l.out, "%4d  %s  %s\n", number, l.print.colour("31", fmt.Sprintf("HTTP %d", status)), took)
	default:
		fmt.Fprintf(l.out, "%4d  %s  %s\n", number, l.print.colour("32", fmt.Sprintf("HTTP %d", status)), took)
	}
}

// post posts an event to the URL and gives the status of the answer.
func (l *listener) post(ctx context.Context, e *tracedEvent) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.cmd.ForwardTo, strings.NewReader(e.Event))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // so that the connection serves the next one
	return resp.StatusCode, err
}

// obey does what a command asks for.
func (l *listener) obey(ctx context.Context, c command) {
	switch c.name {
	case 'p':
		l.paused = !l.paused
		fmt.Fprintln(l.err, map[bool]string{true: "Paused: events wait on the server.", false: "Going on."}[l.paused])
	case 'r', 'R':
		l.resend(ctx, c)
	default:
		fmt.Fprintln(l.err, "Commands: r (the last event again), 3r or r 3 (number 3), R (on its bus), p (pause), q (quit).")
	}
}

// resend sends an event again: to the URL alone or, without one and with R, to its bus.
func (l *listener) resend(ctx context.Context, c command) {
	number := c.number
	if number == 0 {
		number = l.last
	}
	e := l.kept[number]
	switch {
	case e == nil:
		fmt.Fprintf(l.err, "There is no event %s to send again.\n", strconv.Itoa(number))
	case c.name == 'r' && l.cmd.ForwardTo != "":
		l.forward(ctx, number, e)
	default:
		if err := l.api.resend(ctx, e.EventID, ""); err != nil {
			fmt.Fprintf(l.err, "%4d  not sent again: %s\n", number, harmless(err.Error()))
			return
		}
		fmt.Fprintf(l.out, "%4d  is on its bus again\n", number)
	}
}
