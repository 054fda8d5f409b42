package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/casestream/casestream/base/fault"
)

func TestKindIsFoundThroughWrapping(t *testing.T) {
	cause := errors.New("disk")
	err := fmt.Errorf("queue orders: %w", fault.Wrap(fault.Unavailable, "no", cause))
	if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, cause) {
		t.Errorf("%v: kind %v", err, fault.KindOf(err))
	}
	if got := fault.KindOf(cause); got != fault.Internal {
		t.Errorf("an unclassified error is %v, want internal: it must never be shown", got)
	}
	if got := fault.New(fault.Invalid, "no").Error(); got != "no" {
		t.Error(got)
	}
}
