package remoteaws_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/remoteaws"
)

func TestEventDoesNotComeBackToWhereItWas(t *testing.T) {
	clearEnvironment(t)
	f := newFake(t, says(200, taken))
	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{"*": f.URL}})
	d := deliveryTo(busARN)
	d.Event.TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Casestream=777788889999.eu-west-1"
	if err := tg.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	_, got, _ := f.request()
	header := got["Entries"].([]any)[0].(map[string]any)["TraceHeader"]
	if want := "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Casestream=777788889999.eu-west-1,111122223333.us-east-1"; header != want {
		t.Errorf("%v", header)
	}
	d.Event.TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Casestream=444455556666.eu-west-1,777788889999.eu-west-1"
	wantFailure(t, tg.Deliver(t.Context(), d), target.Failure{Code: bus.Loop, Final: true})
	d.Event.TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Casestream=" + strings.Repeat("777788889999.eu-west-1,", 30)
	wantFailure(t, tg.Deliver(t.Context(), d), target.Failure{Code: bus.LimitExceeded, Final: true})
	if _, _, calls := f.request(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestLongTraceGivesWayToWhereTheEventWas(t *testing.T) {
	clearEnvironment(t)
	tg := newTarget(t, remoteaws.Config{})
	a, _ := arn.Parse(busARN)
	d := deliveryTo(busARN)
	d.Event.TraceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;X=" + strings.Repeat("x", 440)
	got, err := tg.Hop(a, d, time.Unix(1767323045, 0))
	if want := "Root=1-695735a5-2d3e7f408a1b2c3d4e5f6071;Casestream=111122223333.us-east-1"; err != nil || got != want {
		t.Errorf("%q %v", got, err)
	}
}

func FuzzHop(f *testing.F) {
	f.Add("", "0192f0c1-2d3e-7f40-8a1b-2c3d4e5f6071")
	f.Add("Root=1-5759e988-bd862e3fe1be46a994272793;Casestream=a,b", "x")
	f.Add(";;Casestream=;Casestream=444455556666.eu-west-1", "")
	tg, err := remoteaws.New(f.Context(), remoteaws.Config{ARNs: ours})
	if err != nil {
		f.Fatal(err)
	}
	back, err := remoteaws.New(f.Context(), remoteaws.Config{ARNs: arn.NewMaker("444455556666", "eu-west-1")})
	if err != nil {
		f.Fatal(err)
	}
	a, _ := arn.Parse(busARN)
	f.Fuzz(func(t *testing.T, header, id string) {
		d := &bus.Delivery{Event: &bus.Event{ID: id, TraceHeader: header}}
		got, err := tg.Hop(a, d, time.Unix(1767323045, 0))
		if err != nil {
			return
		}
		if len(got) > 500 || !strings.Contains(got, "Root=") || !strings.Contains(got, "111122223333.us-east-1") {
			t.Fatalf("%q", got)
		}
		// There it is known to have been here.
		d.Event.TraceHeader = got
		if _, err := back.Hop(arn.ARN{Account: ours.Account, Region: ours.Region}, d, time.Unix(0, 0)); err == nil {
			t.Fatalf("%q comes back", got)
		}
	})
}
