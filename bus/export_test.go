package bus

import "time"

// Envelope shows tests the bytes of an event.
func Envelope(ev *Event) []byte { return envelope(ev, "111122223333", "eu-west-2", time.Unix(0, 0)) }
