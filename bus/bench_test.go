package bus_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
)

// BenchmarkChange measures, on a bus with many rules, a change of one and the first publish after it, in one
// transaction each; and a publish without a change.
//
//	CASESTREAM_BENCH_RULES=100000 go test -run '^$' -bench Change ./bus
func BenchmarkChange(b *testing.B) {
	rules := 1000
	if n, err := strconv.Atoi(os.Getenv("CASESTREAM_BENCH_RULES")); err == nil {
		rules = n
	}
	databases := []storetest.Database{storetest.SQLite(b)}
	if server := os.Getenv(storetest.Env); server != "" {
		databases = append(databases, storetest.Postgres(b, server))
	}
	for _, d := range databases {
		db := d.Open(b, store.Options{})
		events := bus.New(db, bus.Config{ARNs: arn.NewMaker(account, region), Locals: map[string]bus.Local{"sqs": &shelf{}}, Quotas: bus.Quotas{RulesPerBus: rules}})
		write := func(b *testing.B, fn func(tx *store.Tx) error) {
			if err := db.Write(b.Context(), fn); err != nil {
				b.Fatal(err)
			}
		}
		put := func(tx *store.Tx, i, status int) error {
			name := "rule-" + strconv.Itoa(i)
			pattern := fmt.Sprintf(`{"source":["aws.cases"],"detail":{"templateId":["template-%d"],"status":["status-%d"]}}`, i, status)
			return events.PutRule(tx, bus.Rule{Bus: bus.Default, Name: name, Pattern: pattern})
		}
		publish := func(b *testing.B) {
			ev := bus.Event{Source: "aws.cases", DetailType: "t", Detail: []byte(`{"templateId":"template-7","status":"status-0"}`)}
			write(b, func(tx *store.Tx) error { return events.Publish(tx, bus.Default, &ev) })
		}
		for from := 0; from < rules; from += 1000 {
			write(b, func(tx *store.Tx) error {
				for i := from; i < min(from+1000, rules); i++ {
					if err := put(tx, i, 0); err != nil {
						return err
					}
					if err := events.PutTargets(tx, bus.Default, "rule-"+strconv.Itoa(i), []bus.Target{target("q")}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		b.Run(d.Engine.Name()+"/change and publish", func(b *testing.B) {
			publish(b)
			for n := 1; b.Loop(); n++ {
				write(b, func(tx *store.Tx) error { return put(tx, rules/2, n) })
				publish(b)
			}
		})
		b.Run(d.Engine.Name()+"/publish", func(b *testing.B) {
			publish(b)
			for b.Loop() {
				publish(b)
			}
		})
	}
}
