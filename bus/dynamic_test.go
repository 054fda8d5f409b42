package bus_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

func TestGroupIsTakenFromTheEvent(t *testing.T) {
	eachOutside(t, func(f outsider) {
		for _, row := range []struct{ group, detail, want string }{
			{"fixed", `{}`, "fixed"},
			{"$.detail.case.caseId", `{"case":{"caseId":"c-1"}}`, "c-1"},
			{"$.detail.case.caseId", `{"case":{"caseId":"a\u0062"}}`, "ab"},
			{"$.detail.n", `{"n":12.50}`, "12.50"},
			{"$.detail.case.caseId|$.detail.relatedItem.caseId", `{"relatedItem":{"caseId":"c-2"}}`, "c-2"},
			{"$.detail.case.caseId|$.detail.relatedItem.caseId", `{"case":{"caseId":"c-1"},"relatedItem":{"caseId":"c-2"}}`, "c-1"},
			{"$.detail.case.caseId", `{}`, "the event's id"},
		} {
			near, away := target("q"), remote("far.fifo")
			near.MessageGroupID, away.MessageGroupID = row.group, row.group
			f.rule("r", all, near, away)
			ev := f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(row.detail)})
			if row.want == "the event's id" {
				row.want = ev.ID
			}
			if got := f.wants("r/q")[0].MessageGroupID; got != row.want {
				f.Errorf("%s of %s = %q, want %q", row.group, row.detail, got, row.want)
			}
			lane := f.lane()
			p := f.fresh(lane)[0]
			if p.MessageGroupID != row.want || p.Key != row.want || !p.Hold {
				f.Errorf("outside, %s of %s = %q, key %q, hold %v; want %q", row.group, row.detail, p.MessageGroupID, p.Key, p.Hold, row.want)
			}
			f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
			if err := f.bus.ReleaseLanes(f.Context(), "n", nil); err != nil {
				f.Fatal(err)
			}
		}
	})
}

func TestParametersAreTakenFromTheEvent(t *testing.T) {
	eachOutside(t, func(f outsider) {
		to := remote("far")
		to.HTTP = &bus.HTTPParameters{
			Path:   []string{"fixed", "$.detail.id", "$.detail.none"},
			Header: map[string]string{"A": "a", "B": "$.detail.b", "C": "$.detail.none"},
			Query:  map[string]string{"q": "$.source"},
		}
		f.rule("r", all, to)
		for _, id := range []string{"1", "2"} { // the target's settings stay as they are
			f.publish(bus.Event{Source: "s", DetailType: "t", Detail: []byte(`{"id":"` + id + `","b":[1,2]}`)})
			lane := f.lane()
			p := f.fresh(lane)[0]
			want := &bus.HTTPParameters{
				Path: []string{"fixed", id, ""}, Header: map[string]string{"A": "a", "B": "[1,2]"}, Query: map[string]string{"q": "s"},
			}
			if diff := cmp.Diff(want, p.HTTP); diff != "" {
				f.Error(diff)
			}
			f.settle(bus.Outcome{Pending: p, Ending: bus.Delivered})
			if err := f.bus.ReleaseLanes(f.Context(), "n", nil); err != nil {
				f.Fatal(err)
			}
		}
		if diff := cmp.Diff(to.HTTP, f.targets("r")[0].HTTP); diff != "" {
			f.Error(diff)
		}
	})
}

func TestPathThatIsNoneIsRefused(t *testing.T) {
	eachOutside(t, func(f outsider) {
		f.rule("r", all)
		for _, to := range []bus.Target{
			{ID: "t", ARN: remoteARN("x"), MessageGroupID: "$.detail."},
			{ID: "t", ARN: remoteARN("x"), MessageGroupID: "$.detail.a|b"},
			{ID: "t", ARN: remoteARN("x"), HTTP: &bus.HTTPParameters{Header: map[string]string{"A": "$.[["}}},
		} {
			err := f.try(func(tx *store.Tx) error { return f.bus.PutTargets(tx, bus.Default, "r", []bus.Target{to}) })
			refused(f.T, err, fault.Invalid, "is not valid. It was given for target t.")
		}
	})
}
