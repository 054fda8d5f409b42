package log

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/loggroup"
)

// eventOf makes a log event of a delivery: its body under the event's time, or, where the body is a log event in
// itself, that. A time that CloudWatch Logs would not take is not what an event is lost for: it then has that of now.
func eventOf(d *bus.Delivery, group *loggroup.Group, now time.Time) loggroup.Event {
	e, ok := templated(d.Body)
	if !ok {
		e = loggroup.Event{Time: d.Event.Time.UnixMilli(), Message: string(d.Body)}
		if d.Event.Time.IsZero() {
			e.Time = now.UnixMilli()
		}
	}
	if !group.Acceptable(e.Time, now) {
		e.Time = now.UnixMilli()
	}
	return e
}

// templated reads the body that AWS wants an input transformer for a log group to make: an object of exactly a
// timestamp, in milliseconds or as text of ISO 8601, and a message.
func templated(body []byte) (e loggroup.Event, ok bool) {
	if len(body) == 0 || body[0] != '{' || !bytes.Contains(body, []byte(`"message"`)) {
		return e, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || len(members) != 2 || members["timestamp"] == nil || members["message"] == nil {
		return e, false
	}
	if e.Time, ok = timeOf(members["timestamp"]); !ok {
		return e, false
	}
	if json.Unmarshal(members["message"], &e.Message) != nil { // it is not a text
		e.Message = string(members["message"])
	}
	return e, e.Message != ""
}

// timeOf reads a timestamp.
func timeOf(raw json.RawMessage) (int64, bool) {
	text := string(raw)
	if json.Unmarshal(raw, &text) == nil {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UnixMilli(), true
		}
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return ms, err == nil
}
