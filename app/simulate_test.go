package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/casestream/casestream/client/simulate"
	"github.com/casestream/casestream/wire/sigv4"
)

// TestInterruptedSetUpIsCompleted interrupts the set-up of a simulation at each of its requests, after the server has
// done it. The next set-up does what is left.
func TestInterruptedSetUpIsCompleted(t *testing.T) {
	for at := int64(1); ; at++ {
		l := newLand(t)
		l.client.Key = sigv4.Credentials{AccessKeyID: "x", SecretKey: "x"} // the signature tells the services apart
		c := *l.client
		c.HTTP = &http.Client{Transport: &breaker{at: at, after: true}}
		err := simulate.New(simulate.Config{Client: &c, Customers: 1, Connections: 1}).Setup(t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		s := simulate.New(simulate.Config{Client: l.client, Customers: 1, Connections: 1})
		if err := s.Setup(t.Context()); err != nil {
			t.Fatalf("interrupted at request %d: %v", at, err)
		}
		var events struct{ EventBridge struct{ Enabled bool } }
		var instances struct{ InstanceSummaryList []struct{ Id, Arn string } }
		var domains, profiles struct{ IntegrationAssociationSummaryList, Items []any }
		read := func(service, method, path string, out any) {
			if err := l.client.REST(t.Context(), service, method, path, nil, out); err != nil {
				t.Fatalf("interrupted at request %d: %v", at, err)
			}
		}
		read("cases", "POST", "/domains/"+s.World.DomainID+"/case-event-configuration", &events)
		read("connect", "GET", "/instance", &instances)
		if !events.EventBridge.Enabled || len(instances.InstanceSummaryList) != 1 || instances.InstanceSummaryList[0].Arn != s.World.InstanceARN {
			t.Fatalf("interrupted at request %d: events %v, instances %v", at, events, instances)
		}
		read("connect", "GET", "/instance/"+instances.InstanceSummaryList[0].Id+"/integration-associations", &domains)
		read("profile", "GET", "/domains/simulation-profiles/integrations", &profiles)
		if len(domains.IntegrationAssociationSummaryList) != 1 || len(profiles.Items) != 1 {
			t.Fatalf("interrupted at request %d: the instance has %d domains, the profiles %d", at, len(domains.IntegrationAssociationSummaryList), len(profiles.Items))
		}
	}
}

func TestSimulationFillsAServer(t *testing.T) {
	l := newLand(t)
	args := []string{"simulate", "--endpoint", l.url, "--access-key-id", "x", "--secret-access-key", "x", "--customers", "20", "--cases", "40", "--connections", "4"}
	for range 2 { // the second run finds what the first has made
		code, out, errs := run(t, args...)
		if code != 0 || !strings.Contains(out, "CreateCase                  40") || !strings.Contains(out, "changes in") {
			t.Fatalf("%d %s %s", code, out, errs)
		}
	}
}
