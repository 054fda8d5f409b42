package courier

import (
	"context"

	"github.com/casestream/casestream/base/obs"
)

// register has what this node carries read when the metrics are asked for.
func (c *Courier) register(r *obs.Registry) {
	lanes := r.Gauge("casestream_courier_lanes", "Targets outside the store whose deliveries this node carries.")
	flying := r.Gauge("casestream_courier_attempts_in_flight", "Attempts to deliver that are under way, or whose outcome is being stored.")
	open := r.Gauge("casestream_courier_open_breakers", "Of those targets the ones that do not answer, so that one event at a time is tried.")
	r.Read(func(context.Context) ([]obs.Sample, error) {
		held := c.held()
		var attempts, breakers int64
		for _, l := range held {
			attempts += l.attempts.Load()
			if l.broken.Load() {
				breakers++
			}
		}
		return []obs.Sample{
			{Of: lanes, Value: float64(len(held))}, {Of: flying, Value: float64(attempts)}, {Of: open, Value: float64(breakers)},
		}, nil
	})
}
