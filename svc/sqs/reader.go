package sqs

import (
	"context"

	"github.com/casestream/casestream/queue"
)

// Reader names a queue, by its URL or name, for who looks at its messages and receives none. Whom the queue's policy
// denies to receive them, it denies that, too.
func (s *Service) Reader(ctx context.Context, queueURL string) queue.Ref {
	return s.ref(ctx, queueURL, "ReceiveMessage", nil)
}
