package queuemodel

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/casestream/casestream/client"
)

// drainTime is how long it may take to empty the queues: who cannot take everything out gets the same messages again and again.
const drainTime = 2 * time.Minute

// drain takes everything out of the queues, when nobody is at work any more.
func drain(ctx context.Context, s *server, h *history) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for _, queue := range []string{dead, deadFIFO} {
		if err := s.moved(ctx, queue); err != nil {
			return err
		}
	}
	queues := []string{standard, scrap, dead, fifo, deadFIFO, back}
	errs := make([]error, len(queues))
	var group sync.WaitGroup
	for i, queue := range queues {
		group.Go(func() { errs[i] = empty(ctx, s, h, queue, longestHide+1) })
	}
	group.Wait()
	// The last dead letters may have come when the queues for them were empty already.
	return errors.Join(append(errs, empty(ctx, s, h, dead, 0), empty(ctx, s, h, deadFIFO, 0))...)
}

// empty takes everything out of one queue, until nothing has come for so many seconds.
func empty(ctx context.Context, s *server, h *history, queue string, wait int) error {
	for {
		const hide = 60
		list, err := receive(ctx, s, h, queue, client.Object{"MaxNumberOfMessages": 10, "VisibilityTimeout": hide, "WaitTimeSeconds": wait}, hide*time.Second)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := remove(ctx, s, h, list); err != nil {
			return err
		}
	}
}

// moved returns when no message move task takes anything out of a queue.
func (s *server) moved(ctx context.Context, queue string) error {
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(20 * time.Millisecond) { // there is no other way to learn of it
		var out struct {
			Results []struct{ Status string }
		}
		if err := s.sqs(ctx, "ListMessageMoveTasks", client.Object{"SourceArn": arnOf(queue)}, &out); err != nil {
			return err
		}
		if len(out.Results) == 0 || out.Results[0].Status != "RUNNING" && out.Results[0].Status != "CANCELLING" {
			return nil
		}
	}
	return errors.New("a message move task does not end")
}
