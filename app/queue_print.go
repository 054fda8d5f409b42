package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casestream/casestream/events"
)

// queueMessage is a message that somebody looks at, as the API gives it.
type queueMessage struct {
	MessageID                string `json:"MessageId"`
	Body                     string
	BodySize                 int
	State                    string
	VisibleTime, SentTime    epoch
	GroupBlockedUntil        epoch
	ReceiveCount             int
	FirstReceivedTime        epoch
	SenderID                 string `json:"SenderId"`
	SequenceNumber           string
	MessageGroupID           string `json:"MessageGroupId"`
	MessageDeduplicationID   string `json:"MessageDeduplicationId"`
	AWSTraceHeader           string
	DeadLetterQueueSourceArn string
	MessageAttributes        map[string]struct{ DataType, StringValue, BinaryValue string }

	text json.RawMessage // all of it, as it came
}

// UnmarshalJSON reads a message and keeps its text, so that --json shows what this program does not know, too.
func (m *queueMessage) UnmarshalJSON(text []byte) error {
	type members queueMessage // without this method
	if err := json.Unmarshal(text, (*members)(m)); err != nil {
		return err
	}
	m.text = slices.Clone(text)
	return nil
}

// messagePrinter writes messages for people, a line each or whole, or as JSON lines.
type messagePrinter struct {
	*eventPrinter
	full     bool
	arriving bool // they are shown as they arrive
}

// newMessagePrinter makes a printer.
func newMessagePrinter(out io.Writer, asJSON, full bool) *messagePrinter {
	return &messagePrinter{eventPrinter: newEventPrinter(out, asJSON), full: full}
}

// messageForm is a line of a list: time, state, receives, id, what the message says.
const messageForm = "%-29s  %s  %8s  %-36s  %s\n"

// messageStateWidth is how wide the states of messages are with a time: "in flight 29m59s".
const messageStateWidth = 17

// print writes messages in their order, lines below one that names the columns.
func (p *messagePrinter) print(list []queueMessage) error {
	for i := range list {
		var text string
		switch m := &list[i]; {
		case p.json:
			text = string(m.text) + "\n"
		case p.full:
			text = p.whole(m)
		default:
			text = p.line(m)
		}
		p.printed++
		if _, err := io.WriteString(p.out, text); err != nil {
			return err
		}
	}
	return nil
}

// line writes a message on a line.
func (p *messagePrinter) line(m *queueMessage) string {
	head := ""
	if p.printed == 0 {
		head = fmt.Sprintf(messageForm, "SENT", fmt.Sprintf("%-*s", messageStateWidth, "STATE"), "RECEIVES", "MESSAGE ID", "MESSAGE")
	}
	says := saying(m.Body)
	if m.MessageGroupID != "" {
		says = "[" + harmless(m.MessageGroupID) + "] " + says
	}
	if m.DeadLetterQueueSourceArn != "" {
		says += "  (dead letter of " + harmless(shortName(m.DeadLetterQueueSourceArn)) + ")"
	}
	return head + fmt.Sprintf(messageForm, local(m.SentTime.time()), p.messageState(m, messageStateWidth), fmt.Sprint(m.ReceiveCount), harmless(m.MessageID), says)
}

// The colours of messages' states: green can be received, yellow is with somebody, dim nobody can have yet.
var messageColours = map[string]string{"VISIBLE": "32", "IN_FLIGHT": "33", "DELAYED": "2"}

// messageState writes a message's state as wide as told, and how long until it is visible.
func (p *messagePrinter) messageState(m *queueMessage, width int) string {
	text := strings.ReplaceAll(strings.ToLower(m.State), "_", " ")
	until, colour := m.VisibleTime.time(), messageColours[m.State]
	if m.State == "VISIBLE" {
		until = m.GroupBlockedUntil.time() // zero: the group is not blocked
		if !until.IsZero() {
			text, colour = "blocked", messageColours["IN_FLIGHT"]
		}
	}
	if !until.IsZero() {
		text += " " + max(time.Until(until), 0).Round(time.Second).String()
	}
	return p.colour(colour, fmt.Sprintf("%-*s", width, harmless(text)))
}

// saidLength is how much of a body a line shows.
const saidLength = 100

// saying says in a line what a message's body is about.
func saying(body string) string {
	if ev, err := events.Parse([]byte(body)); err == nil {
		return harmless(caseSaying(&ev))
	}
	var ev struct {
		ID, Source string
		DetailType string `json:"detail-type"`
	}
	if json.Unmarshal([]byte(body), &ev) == nil && ev.Source != "" && ev.DetailType != "" {
		return harmless(ev.Source + "  " + ev.DetailType + "  event " + ev.ID)
	}
	line := []rune(strings.Join(strings.Fields(body[:min(len(body), 8*saidLength)]), " "))
	if len(line) > saidLength || len(body) > 8*saidLength {
		line = append(line[:min(len(line), saidLength)], '…')
	}
	return harmless(string(line))
}

// caseSaying sums up a case event: what happened to which case, of which template, and which fields changed.
func caseSaying(ev *events.Event) string {
	text := string(ev.EventType) + "  case " + ev.CaseID()
	if ev.Case != nil && ev.Case.TemplateID != "" {
		text += "  template " + ev.Case.TemplateID
	}
	if ev.RelatedItem != nil {
		text += "  " + string(ev.RelatedItem.Type) + " " + ev.RelatedItem.ID
	}
	if changed := slices.Concat(ev.ChangedFieldIDs, ev.ChangedAttributes); len(changed) > 0 {
		text += "  changed " + strings.Join(changed, ", ")
	}
	return text
}

// whole writes a message with all that it has.
func (p *messagePrinter) whole(m *queueMessage) string {
	var b strings.Builder
	if p.printed > 0 {
		b.WriteByte('\n')
	}
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-13s%s\n", name, text)
		}
	}
	at := func(e epoch) string {
		if e == 0 {
			return ""
		}
		return local(e.time())
	}
	line("Message", p.colour("1", harmless(m.MessageID)))
	line("State", p.messageState(m, 0))
	line("Sent", cmp.Or(at(m.SentTime), "-"))
	if !p.arriving {
		line("Visible", at(m.VisibleTime))
		line("Receives", fmt.Sprint(m.ReceiveCount))
	}
	line("First", at(m.FirstReceivedTime))
	line("Sender", harmless(m.SenderID))
	line("Group", harmless(m.MessageGroupID))
	line("Sequence", harmless(m.SequenceNumber))
	line("Duplicates", harmless(m.MessageDeduplicationID))
	line("Trace", harmless(m.AWSTraceHeader))
	line("From", harmless(m.DeadLetterQueueSourceArn))
	for _, name := range slices.Sorted(maps.Keys(m.MessageAttributes)) {
		a := m.MessageAttributes[name]
		line("Attribute", harmless(name+" ("+a.DataType+") "+cmp.Or(a.StringValue, a.BinaryValue)))
	}
	b.WriteString("\n" + indented(m.Body) + "\n")
	return b.String()
}
