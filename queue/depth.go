package queue

import (
	"context"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/store"
)

// maxDepths bounds how many queues have gauges: the first ones in name order.
const maxDepths = 500

// Depth is what a queue holds, and for how long.
type Depth struct {
	Name string
	Counts
	OldestAge time.Duration // since its oldest message was sent; 0: it holds none
}

// Depths tells what the queues hold, those of maxDepths in name order.
func (s *Queues) Depths(ctx context.Context) ([]Depth, error) {
	names, err := s.List(ctx, "", "", maxDepths)
	if err != nil {
		return nil, err
	}
	list := make([]Depth, 0, len(names))
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := Depth{Name: name}
		err := s.db.Read(ctx, func(tx *store.Tx) error {
			q, err := s.ByName(tx, name)
			if err != nil {
				return err
			}
			if q.FIFO {
				d.Counts, err = countFIFO(tx, q, tx.Micros())
			} else {
				d.Counts, err = countStandard(tx, q, tx.Micros())
			}
			if err != nil || d.Counts == (Counts{}) {
				return err
			}
			d.OldestAge, err = oldestAge(tx, q)
			return err
		})
		if fault.KindOf(err) == fault.NotFound {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// registerDepths has the depths read when the metrics are asked for.
func (s *Queues) registerDepths() {
	messages := s.cfg.Metrics.Gauge("casestream_sqs_messages", "Messages in a queue: visible, inflight or delayed; of the first 500 queues in name order.", "queue", "state")
	age := s.cfg.Metrics.Gauge("casestream_sqs_age_of_oldest_seconds", "How long ago the oldest message in a queue was sent; 0 where it holds none.", "queue")
	s.cfg.Metrics.Read(func(ctx context.Context) ([]obs.Sample, error) {
		depths, err := s.Depths(ctx)
		samples := make([]obs.Sample, 0, 4*len(depths))
		for _, d := range depths {
			samples = append(samples,
				obs.Sample{Of: messages, Value: float64(d.Visible), Values: []string{d.Name, "visible"}},
				obs.Sample{Of: messages, Value: float64(d.InFlight), Values: []string{d.Name, "inflight"}},
				obs.Sample{Of: messages, Value: float64(d.Delayed), Values: []string{d.Name, "delayed"}},
				obs.Sample{Of: age, Value: d.OldestAge.Seconds(), Values: []string{d.Name}},
			)
		}
		return samples, err
	})
}
