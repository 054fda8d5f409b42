package bus

import (
	"bytes"
	"time"

	"github.com/casestream/casestream/wire"
)

// envelope writes an event as targets see it: compact JSON, in AWS's order of keys, with the publisher's
// own text for the detail.
func envelope(ev *Event, account, region string, at time.Time) []byte {
	size := 200 + len(ev.ID) + len(ev.replay) + len(ev.DetailType) + len(ev.Source) + len(ev.Detail)
	for _, r := range ev.Resources {
		size += len(r) + 3
	}
	b := make([]byte, 0, size)
	b = append(b, `{"version":"0","id":`...)
	b = wire.AppendString(b, ev.ID)
	b = append(b, `,"detail-type":`...)
	b = wire.AppendString(b, ev.DetailType)
	b = append(b, `,"source":`...)
	b = wire.AppendString(b, ev.Source)
	b = append(b, `,"account":`...)
	b = wire.AppendString(b, account)
	b = append(b, `,"time":"`...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(b, `","region":`...)
	b = wire.AppendString(b, region)
	if ev.replay != "" {
		b = append(b, `,"replay-name":`...)
		b = wire.AppendString(b, ev.replay)
	}
	b = append(b, `,"resources":[`...)
	for i, r := range ev.Resources {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendString(b, r)
	}
	b = append(b, `],"detail":`...)
	if len(ev.Detail) == 0 {
		b = append(b, `{}`...)
	} else {
		b = append(b, ev.Detail...)
	}
	return sendable(append(b, '}'))
}

// sendable escapes U+FFFE and U+FFFF: JSON has them, no queue takes them, and a change must not lose its
// event over a character. They stand in strings only, so that their escapes say the same.
func sendable(b []byte) []byte {
	if bytes.Contains(b, []byte("\xef\xbf")) { // how both begin
		b = bytes.ReplaceAll(b, []byte("\uFFFE"), []byte(`\ufffe`))
		b = bytes.ReplaceAll(b, []byte("\uFFFF"), []byte(`\uffff`))
	}
	return b
}
