package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// poll is a long poll that runs beside the test.
type poll struct {
	bodies []string
	err    error
	took   time.Duration
}

// startPoll begins a long poll for one message and gives the channel on which its end comes.
func (s *server) startPoll(ctx context.Context, q queue, wait int32) <-chan poll {
	done := make(chan poll, 1)
	go func() {
		began := time.Now()
		out, err := s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.url, WaitTimeSeconds: wait})
		p := poll{err: err, took: time.Since(began)}
		if err == nil {
			for _, m := range out.Messages {
				p.bodies = append(p.bodies, *m.Body)
			}
		}
		done <- p
	}()
	return done
}

func TestLongPollEndsWithTheMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		// Whether the send comes before or after the poll is left to chance: both must work.
		done := s.startPoll(t.Context(), q, 20)
		s.send(t, q, "x")
		p := <-done
		if p.err != nil || len(p.bodies) != 1 || p.bodies[0] != "x" || p.took > 5*time.Second {
			t.Errorf("got %+v", p)
		}
		// This poll has begun long before its send: the empty poll in between takes a second.
		done = s.startPoll(t.Context(), q, 20)
		s.receive(t, s.newQueue(t), 1)
		s.send(t, q, "y")
		if p := <-done; p.err != nil || len(p.bodies) != 1 || p.bodies[0] != "y" || p.took > 10*time.Second {
			t.Errorf("got %+v", p)
		}
	})
}

func TestLongPollOfAnEmptyQueueEndsInTime(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t, "ReceiveMessageWaitTimeSeconds", "1")
		for what, in := range map[string]*sqs.ReceiveMessageInput{
			"the call's": {QueueUrl: &q.url, WaitTimeSeconds: 1}, "the queue's": {QueueUrl: &q.url},
		} {
			began := time.Now()
			out := got(s.sqs.ReceiveMessage(t.Context(), in))(t)
			if took := time.Since(began); len(out.Messages) > 0 || took < 900*time.Millisecond || took > 5*time.Second {
				t.Errorf("%s wait: got %d messages after %v", what, len(out.Messages), took)
			}
		}
	})
}

func TestPollersShareTheMessages(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		var polls []<-chan poll
		for range 4 {
			polls = append(polls, s.startPoll(t.Context(), q, 20))
		}
		seen := map[string]bool{}
		for _, body := range []string{"a", "b", "c", "d"} {
			s.send(t, q, body)
		}
		for _, done := range polls {
			p := <-done
			if p.err != nil || len(p.bodies) != 1 || seen[p.bodies[0]] || p.took > 10*time.Second {
				t.Errorf("got %+v, seen %v", p, seen)
				continue
			}
			seen[p.bodies[0]] = true
		}
	})
}

func TestAbandonedPollTakesNoMessage(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		q := s.newQueue(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := s.startPoll(ctx, q, 20)
		s.receive(t, s.newQueue(t), 1) // a second for the poll to be under way
		cancel()
		if p := <-done; p.err == nil {
			t.Fatalf("got %+v", p)
		}
		s.receive(t, s.newQueue(t), 1) // and one for the server to see that its client has gone
		s.send(t, q, "x")
		if m := s.receive(t, q, 5); len(m) != 1 || m[0].Attributes["ApproximateReceiveCount"] != "1" {
			t.Errorf("got %+v", m)
		}
	})
}
