package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
)

// eventPrinter writes events for people, a line each, or as JSON lines.
type eventPrinter struct {
	out     io.Writer
	json    bool
	colours bool
	printed int
}

// newEventPrinter makes a printer; colours are for terminals whose user has not forbidden them.
func newEventPrinter(out io.Writer, asJSON bool) *eventPrinter {
	return &eventPrinter{out: out, json: asJSON, colours: isTerminal(out) && os.Getenv("NO_COLOR") == ""}
}

// Clocks as people read them: local, and never without saying how far from UTC that is.
const (
	dayClock = "2006-01-02T15:04:05.000-07:00"
	utcClock = "2006-01-02T15:04:05.000Z"
)

// local writes a time of this place.
func local(t time.Time) string { return t.Local().Format(dayClock) }

// lineForm is a line of a list: time, state, bus, source, detail-type, id, what became of it.
const lineForm = "%-29s  %s  %-8s  %-12s  %-28s  %-36s  %s\n"

// stateWidth is how long the longest state is.
const stateWidth = len("DEAD_LETTERED")

// print writes events in their order, below a line that names the columns.
func (p *eventPrinter) print(list []tracedEvent) error {
	for i := range list {
		e := &list[i]
		if p.json {
			if _, err := fmt.Fprintf(p.out, "%s\n", e.text); err != nil {
				return err
			}
			p.printed++
			continue
		}
		if p.printed == 0 {
			if _, err := fmt.Fprintf(p.out, lineForm, "TIME", fmt.Sprintf("%-*s", stateWidth, "STATE"), "BUS", "SOURCE", "DETAIL-TYPE", "EVENT ID", "TARGETS"); err != nil {
				return err
			}
		}
		p.printed++
		if _, err := fmt.Fprintf(p.out, lineForm, local(e.ReceivedTime.time()), p.state(e.State, stateWidth), harmless(e.EventBusName), harmless(e.Source),
			harmless(e.DetailType), harmless(e.EventID), summary(e)); err != nil {
			return err
		}
	}
	return nil
}

// summary says in a few words what became of an event.
func summary(e *tracedEvent) string {
	text := fmt.Sprintf("%d of %d delivered", countState(e, "DELIVERED"), len(e.Targets))
	if len(e.Targets) == 0 {
		text = "-"
	}
	why := e.ErrorCode
	for _, t := range e.Targets {
		if why == "" && t.ErrorCode != "" {
			why = t.ErrorCode + " at " + t.RuleName + "/" + t.TargetID
		}
	}
	if why != "" {
		text += ", " + why
	}
	if e.ReplayName != "" {
		text += ", replay " + e.ReplayName
	}
	return harmless(text)
}

// countState counts an event's targets in a state.
func countState(e *tracedEvent, state string) (n int) {
	for _, t := range e.Targets {
		if t.State == state {
			n++
		}
	}
	return n
}

// The colours of states: green arrived, yellow is still to come, red did not arrive.
var stateColours = map[string]string{
	"DELIVERED": "32", "WAITING": "33", "DEAD_LETTERED": "31", "DROPPED": "31", "UNMATCHED": "2",
}

// state writes a state as wide as told.
func (p *eventPrinter) state(state string, width int) string {
	return p.colour(stateColours[state], fmt.Sprintf("%-*s", width, harmless(state)))
}

// colour writes text in a colour of the terminal, if it is one.
func (p *eventPrinter) colour(code, text string) string {
	if !p.colours || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// show writes an event's way.
func (p *eventPrinter) show(e *tracedEvent) error {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-13s%s\n", name, text)
		}
	}
	came := e.ReceivedTime.time()
	line("Event", p.colour("1", harmless(e.EventID)))
	line("State", p.state(e.State, 0))
	line("Bus", harmless(e.EventBusName))
	line("Source", harmless(e.Source))
	line("Detail-type", harmless(e.DetailType))
	line("Came", local(came)+" ("+came.UTC().Format(utcClock)+")")
	line("Replay", harmless(e.ReplayName))
	line("Why", failure(e.ErrorCode, e.ErrorMessage))
	if len(e.MatchedRules) == 0 {
		line("Rules", "none matched")
	}
	for _, rule := range e.MatchedRules {
		line("Rule", harmless(rule))
	}
	if len(e.MatchedRules) > 0 && len(e.Targets) == 0 {
		line("Targets", "none: no rule that matched has one")
	}
	for i := range e.Targets {
		p.target(&b, came, &e.Targets[i])
	}
	b.WriteString("\n" + indented(e.Event) + "\n")
	_, err := io.WriteString(p.out, b.String())
	return err
}

// target writes what became of an event at one target, attempt by attempt.
func (p *eventPrinter) target(b *strings.Builder, came time.Time, t *tracedTarget) {
	fmt.Fprintf(b, "\n%s/%s → %s\n", harmless(t.RuleName), harmless(t.TargetID), harmless(t.TargetArn))
	shown := 0
	for _, a := range t.Attempts {
		if a.Number > shown+1 {
			fmt.Fprintf(b, "  … %d more\n", a.Number-shown-1)
		}
		shown = a.Number
		outcome := p.colour("32", "arrived")
		if a.ErrorCode != "" {
			outcome = p.colour("31", failure(a.ErrorCode, a.ErrorMessage))
		}
		if a.StatusCode != 0 {
			outcome = fmt.Sprintf("HTTP %d, %s", a.StatusCode, outcome)
		}
		at := a.Time.time()
		if a.DurationMillis > 0 { // in the event's own transaction it is not measured
			outcome = fmt.Sprintf("took %.1f ms  %s", a.DurationMillis, outcome)
		}
		fmt.Fprintf(b, "  %2d  %s  %+.3fs  %s", a.Number, local(at), at.Sub(came).Seconds(), outcome)
		if next := a.NextTime.time(); !next.IsZero() {
			fmt.Fprintf(b, "; next in %s", next.Sub(at).Round(time.Millisecond))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "  =   %s", p.state(t.State, 0))
	if why := failure(t.ErrorCode, t.ErrorMessage); why != "" {
		b.WriteString("  " + why)
	}
	if next := t.NextTime.time(); !next.IsZero() {
		b.WriteString("  next attempt " + local(next))
	}
	b.WriteByte('\n')
}

// failure writes a code and its message; empty where there is neither.
func failure(code, message string) string {
	if code != "" && message != "" {
		code += ": "
	}
	return harmless(code + message)
}

// indented writes JSON over several lines; what is none stays as it is.
func indented(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return harmless(text)
	}
	return harmlessLines(b.String())
}

// harmlessLines is harmless for a text of several lines.
func harmlessLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = harmless(lines[i])
	}
	return strings.Join(lines, "\n")
}

// harmless takes control characters out of a line, for what events say must not command the terminal.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
