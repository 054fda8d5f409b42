package remoteaws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
)

// sendMessage sends a delivery's body to a queue.
func sendMessage(ctx context.Context, c *client, a arn.ARN, d *bus.Delivery) error {
	in := &sqs.SendMessageInput{QueueUrl: aws.String(queueURL(c, a)), MessageBody: aws.String(string(d.Body))}
	if d.MessageGroupID != "" {
		in.MessageGroupId = &d.MessageGroupID
	}
	if strings.HasSuffix(a.Resource, ".fifo") {
		in.MessageDeduplicationId = aws.String(deduplicationID(d))
	}
	// What a publisher wrote there need not be a trace header, and SQS takes nothing else: no event is lost for it.
	if h := d.Event.TraceHeader; isTrace(h) {
		in.MessageSystemAttributes = map[string]types.MessageSystemAttributeValue{
			string(types.MessageSystemAttributeNameForSendsAWSTraceHeader): {DataType: aws.String("String"), StringValue: &h},
		}
	}
	_, err := c.sqs.SendMessage(ctx, in)
	return failureOf(err)
}

// isTrace says whether a text has the field that makes it a trace header.
func isTrace(h string) bool {
	return strings.HasPrefix(h, rootField) || strings.Contains(h, ";"+rootField)
}

// deduplicationID names a delivery, whichever attempt it is: a queue that took it and could not say so takes it for a
// duplicate the next time. The event's id alone would not do. Two rules may send one event to one queue, and a replay
// sends it again with another body: these are no duplicates.
func deduplicationID(d *bus.Delivery) string {
	h := sha256.New()
	for _, part := range []string{d.Event.ID, d.RuleARN, d.TargetID} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(d.Body)
	return hex.EncodeToString(h.Sum(nil))
}

// queueURL gives the URL of a queue, in the form that AWS gives it: to ask for it would take a call and a permission more.
func queueURL(c *client, a arn.ARN) string {
	base := c.endpoint
	if base == "" {
		base = "https://sqs." + a.Region + ".amazonaws.com"
		if arn.PartitionOf(a.Region) == "aws-cn" {
			base += ".cn"
		}
	}
	return base + "/" + a.Account + "/" + a.Resource
}
