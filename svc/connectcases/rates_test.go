package connectcases_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/svc/connectcases"
)

// TestEveryOperationHasItsRate counts how many operations have each rate, as AWS's page of quotas does: a name
// that is written wrongly would leave its operation with the rate of those that AWS says nothing of.
func TestEveryOperationHasItsRate(t *testing.T) {
	type rate struct {
		perSecond float64
		burst     int
	}
	got := make(map[rate]int)
	for _, op := range new(connectcases.Service).Describe().Operations {
		got[rate{op.Rate, op.Burst}]++
	}
	want := map[rate]int{
		{2, 10}: 13, {4, 10}: 1, {2, 2}: 2, {8, 25}: 2, {6, 16}: 1, {6, 20}: 2,
		{2, 5}: 14 + 8, // published and not
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
