package connectcases_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestClientTokenMakesOneCase(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		body := func(title string) string {
			return strings.Replace(strings.Replace(s.newCase(), `{`, `{"clientToken":"token-1",`, 1), "Broken cup", title, 1)
		}
		first := h.must("POST", s.cases(), body("a"))
		h.one()
		again := h.must("POST", s.cases(), body("a"))
		if d := cmp.Diff(first.body, again.body); d != "" {
			h.Errorf("the second answer differs: %s", d)
		}
		h.none()
		if a := h.call("POST", s.cases(), body("b")); a.code != "ConflictException" || a.status != 409 {
			h.Errorf("another request with the token: %q %d, want ConflictException 409", a.code, a.status)
		}
		h.none()
		h.clock.advance(23 * time.Hour)
		if again = h.must("POST", s.cases(), body("a")); again.text("caseId") != first.text("caseId") {
			h.Error("the token was forgotten within a day")
		}
		h.clock.advance(2 * time.Hour)
		h.create(s) // has a token of its own, and sweeps
		if later := h.must("POST", s.cases(), body("b")); later.text("caseId") == first.text("caseId") {
			h.Error("the token was not forgotten after its time")
		}
	})
}

func TestRefusedCaseFreesItsToken(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		bad := strings.Replace(s.newCase(str("x", "1")), `{`, `{"clientToken":"token-1",`, 1)
		if a := h.call("POST", s.cases(), bad); a.code != "ValidationException" {
			h.Fatalf("code %q", a.code)
		}
		h.must("POST", s.cases(), strings.Replace(s.newCase(), `{`, `{"clientToken":"token-1",`, 1))
	})
}

func TestOneTokenAtOnceMakesOneCase(t *testing.T) {
	each(t, func(h *house) {
		s := h.shop()
		body := strings.Replace(s.newCase(), `{`, `{"clientToken":"token-1",`, 1)
		var wg sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wg.Go(func() {
				a, err := h.try("POST", s.cases(), body)
				if err != nil || a.err != nil {
					h.Errorf("call %d: %v %v", i, err, a.err)
				}
				ids[i] = a.text("caseId")
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				h.Errorf("ids differ: %v", ids)
			}
		}
		h.one()
	})
}
