package queue

import "testing"

func TestHandlesReadBackAndNothingElseDoes(t *testing.T) {
	h := handle{queueID: 7, seq: 1 << 40, receives: 3, received: 1 << 50}
	text := h.String()
	if got, err := parseHandle(text, 7); err != nil || got != h {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := parseHandle(text, 8); err == nil {
		t.Error("another queue takes the handle")
	}
	for i := range text {
		for _, c := range []byte("A_z") {
			b := []byte(text)
			if b[i] == c {
				continue
			}
			b[i] = c
			if _, err := parseHandle(string(b), 7); err == nil {
				t.Errorf("changed at %d, it still passes", i)
			}
		}
	}
}

func FuzzParseHandle(f *testing.F) {
	f.Add(handle{1, 2, 3, 4}.String())
	f.Add("")
	f.Add("AQEBxyz+/==")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHandle(text, 1)
		if err == nil && len(text) != len(h.String()) {
			t.Errorf("%q passes", text)
		}
	})
}
