package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/casestream/casestream/client"
)

// eventsCmd is `casestream events`.
type eventsCmd struct {
	List   eventsListCmd   `cmd:"" help:"List what became of events, the newest first."`
	Show   eventsShowCmd   `cmd:"" help:"Show an event's way: the rules that matched it and each attempt at their targets; with --why, why a rule did not."`
	Tail   eventsTailCmd   `cmd:"" help:"Follow events and what becomes of them."`
	Resend eventsResendCmd `cmd:"" help:"Put an event on its bus once more, for all rules or for one."`
}

// wanted says which events a command is about.
type wanted struct {
	Bus     string `help:"Name or ARN of the bus that the events were put on. Default: all buses."`
	Pattern string `placeholder:"F" help:"Only events that match this event pattern: a file, - for the standard input, or the JSON text itself."`
}

// members gives the members of a request that choose events.
func (w *wanted) members(ctx context.Context, stdin io.Reader) (client.Object, error) {
	in := client.Object{}
	if w.Bus != "" {
		in["EventBusName"] = w.Bus
	}
	if w.Pattern != "" {
		text, err := given(ctx, w.Pattern, stdin)
		if err != nil {
			return nil, err
		}
		in["EventPattern"] = string(text)
	}
	return in, nil
}

// eventsListCmd is `casestream events list`.
type eventsListCmd struct {
	Wanted wanted `embed:""`
	State  string `enum:",delivered,waiting,dead-lettered,dropped,unmatched" default:"" help:"Only events that ended so: delivered, waiting, dead-lettered, dropped, unmatched."`
	Since  string `placeholder:"WHEN" help:"Only events that came then or later: a duration before now (10m), or a time (2026-11-25T14:00:00Z)."`
	Until  string `placeholder:"WHEN" help:"Only events that came before then."`
	Number int    `short:"n" default:"50" help:"How many at most; 0 for all that are kept."`
	JSON   bool   `name:"json" help:"One JSON object a line, as the API gives it."`
	Remote remote `embed:""`
}

// Run lists events, page by page.
func (c *eventsListCmd) Run(ctx context.Context, s streams) error {
	if c.Number < 0 {
		return errors.New("--number: want 0 or more")
	}
	in, err := c.Wanted.members(ctx, s.in)
	if err != nil {
		return err
	}
	if c.State != "" {
		in["State"] = strings.ReplaceAll(strings.ToUpper(c.State), "-", "_")
	}
	for member, text := range map[string]string{"StartTime": c.Since, "EndTime": c.Until} {
		if text == "" {
			continue
		}
		t, err := instant(text, time.Now())
		if err != nil {
			return err
		}
		in[member] = float64(t.UnixMilli()) / 1000
	}
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	p := newEventPrinter(s.out, c.JSON)
	for left := c.Number; ; {
		in["MaxResults"] = 100
		if c.Number > 0 {
			in["MaxResults"] = min(left, 100)
		}
		var page struct {
			Events    []tracedEvent
			NextToken string
		}
		if err := api.call(ctx, "ListEvents", in, &page); err != nil {
			return err
		}
		if err := p.print(page.Events); err != nil {
			return err
		}
		if left -= len(page.Events); page.NextToken == "" || c.Number > 0 && left <= 0 {
			break
		}
		in["NextToken"] = page.NextToken
	}
	if !c.JSON && p.printed == 0 {
		fmt.Fprintln(s.err, "No such events are kept.")
	}
	return nil
}

// instant reads a duration before now or a time.
func instant(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q is neither a duration, as 10m, nor a time, as 2026-11-25T14:00:00Z", text)
	}
	return t, nil
}

// eventsShowCmd is `casestream events show`.
type eventsShowCmd struct {
	EventID string `arg:"" name:"event-id" help:"The event's id."`
	Why     string `placeholder:"RULE" help:"Say why this rule, by name or ARN, does or does not match the event. The exit code is 1 when it does not, and 2 when that cannot be told."`
	Bus     string `help:"The bus of the rule of --why. Default: the one that the event was put on."`
	JSON    bool   `name:"json" help:"One JSON object, as the API gives it."`
	Remote  remote `embed:""`
}

// Run shows one event, or explains one rule's verdict on it.
func (c *eventsShowCmd) Run(ctx context.Context, s streams) error {
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	if c.Why != "" {
		return c.explain(ctx, s, api)
	}
	if c.Bus != "" {
		return errors.New("--bus goes with --why")
	}
	var got struct{ Event tracedEvent }
	if err := api.call(ctx, "GetEvent", client.Object{"EventId": c.EventID}, &got); err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(s.out, "%s\n", got.Event.text)
		return err
	}
	return newEventPrinter(s.out, false).show(&got.Event)
}

// explain tells why a rule does or does not match.
func (c *eventsShowCmd) explain(ctx context.Context, s streams, api ownAPI) error {
	in := client.Object{"EventId": c.EventID, "Rule": c.Why}
	if c.Bus != "" {
		in["EventBusName"] = c.Bus
	}
	var got struct {
		Matched     bool
		Explanation string
	}
	if err := api.call(ctx, "ExplainEvent", in, &got); err != nil {
		fmt.Fprintln(s.err, "casestream:", err)
		return exitWrong
	}
	var err error
	if c.JSON {
		err = writeJSON(s.out, got)
	} else {
		_, err = fmt.Fprintln(s.out, harmlessLines(got.Explanation))
	}
	if err == nil && !got.Matched {
		return exitNo
	}
	return err
}

// eventsTailCmd is `casestream events tail`.
type eventsTailCmd struct {
	Wanted wanted `embed:""`
	Number int    `short:"n" default:"10" help:"Begin with so many of the events that came already, at most 100."`
	JSON   bool   `name:"json" help:"One JSON object a line, as the API gives it."`
	Remote remote `embed:""`
}

// Run prints events as they come, until it is interrupted.
func (c *eventsTailCmd) Run(ctx context.Context, s streams) error {
	if c.Number < 0 || c.Number > 100 {
		return errors.New("--number: want 0 to 100")
	}
	in, err := c.Wanted.members(ctx, s.in)
	if err != nil {
		return err
	}
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	p := newEventPrinter(s.out, c.JSON)
	f := eventFollower(api, in, c.Number, func(text string) { fmt.Fprintln(s.err, text) })
	return f.run(ctx, func(list []tracedEvent) error { return p.print(list) })
}

// eventsResendCmd is `casestream events resend`.
type eventsResendCmd struct {
	EventID []string `arg:"" name:"event-id" help:"The events' ids."`
	Rule    string   `help:"Only for this rule, by its name or ARN. Default: all rules of the event's bus."`
	Remote  remote   `embed:""`
}

// Run sends the events again, in their order, until one fails.
func (c *eventsResendCmd) Run(ctx context.Context, s streams) error {
	api, err := c.Remote.own()
	if err != nil {
		return err
	}
	for _, id := range c.EventID {
		if err := api.resend(ctx, id, c.Rule); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s is on its bus again, for %s.\n", harmless(id), harmless(cmp.Or(c.Rule, "all rules")))
	}
	return nil
}
