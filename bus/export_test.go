package bus

import "time"

// Envelope shows tests the bytes of an event.
func Envelope(ev *Event) []byte { return envelope(ev, "111122223333", "eu-west-2", time.Unix(0, 0)) }

// Find shows tests what an InputPath selects.
func Find(text, event string) (found string, valid, ok bool) {
	p, err := parsePath(text)
	if err != nil {
		return "", false, false
	}
	v, ok := p.find([]byte(event))
	return string(v), true, ok
}
