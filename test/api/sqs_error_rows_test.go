package api_test

import (
	"fmt"
	"strings"
)

// What several rows answer.
const (
	invalidValue  = "InvalidParameterValueException"
	invalidCode   = "InvalidParameterValue"
	missingValue  = "MissingRequiredParameterException"
	missingCode   = "MissingParameter"
	sqsPrefix     = "AWS.SimpleQueueService."
	noQueueSays   = "The specified queue does not exist."
	noQueueInXML  = "The specified queue does not exist for this wsdl version."
	badIDSays     = " can only include alphanumeric and punctuation characters. 1 to 128 in length."
	noDedupSays   = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
	contentsSays  = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
	entryIDSays   = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
	noChangeSays  = "Value {gone} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
	dedupOnStd    = "Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type."
	delayOnFIFO   = "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."
	tooLongVisble = "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
)

// sqsFaults has a row for each error of SQS. Those of queues come first, then those of messages and batches.
func sqsFaults() []sqsFault { return append(queueFaults(), messageFaults()...) }

// queueFaults are those of queues.
func queueFaults() []sqsFault {
	return []sqsFault{
		{"no such name", "GetQueueUrl", `"QueueName":"{new}"`, "QueueName={new}", 400, "", "QueueDoesNotExist", noQueue, noQueueSays, noQueueInXML},
		{"no name", "GetQueueUrl", `"QueueName":""`, "QueueName=", 400, coral, invalidValue, invalidCode, "The request must contain the parameter QueueName.", ""},
		{"no such queue", "DeleteQueue", `"QueueUrl":"{url}x"`, "QueueUrl={url}x", 400, "", "QueueDoesNotExist", noQueue, noQueueSays, noQueueInXML},
		{"another account's", "PurgeQueue", `"QueueUrl":"http://h/999999999999/{name}"`, "QueueUrl=http://h/999999999999/{name}", 400, "", "QueueDoesNotExist", noQueue, noQueueSays, noQueueInXML},
		{"another value", "CreateQueue", `"QueueName":"{name}","Attributes":{"DelaySeconds":"7"}`, "QueueName={name}&Attribute.1.Name=DelaySeconds&Attribute.1.Value=7", 400, "", "QueueNameExists", "QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute DelaySeconds", ""},
		{"bad name", "CreateQueue", `"QueueName":"a b"`, "QueueName=a b", 400, coral, invalidValue, invalidCode, "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length", ""},
		{"unknown attribute", "CreateQueue", `"QueueName":"{new}","Attributes":{"Colour":"7"}`, "QueueName={new}&Attribute.1.Name=Colour&Attribute.1.Value=7", 400, "", "InvalidAttributeName", "", "Unknown Attribute Colour.", ""},
		{"unknown attribute to read", "GetQueueAttributes", `"AttributeNames":["Colour"]`, "AttributeName.1=Colour", 400, "", "InvalidAttributeName", "", "Unknown Attribute Colour.", ""},
		{"a FIFO queue's attribute", "SetQueueAttributes", `"Attributes":{"FifoThroughputLimit":"perQueue"}`, "Attribute.1.Name=FifoThroughputLimit&Attribute.1.Value=perQueue", 400, "", "InvalidAttributeName", "", "You can specify the FifoThroughputLimit only when FifoQueue is set to true.", ""},
		{"a standard queue becomes FIFO", "SetQueueAttributes", `"Attributes":{"FifoQueue":"true"}`, "Attribute.1.Name=FifoQueue&Attribute.1.Value=true", 400, "", "InvalidAttributeName", "", "Unknown Attribute FifoQueue.", ""},
		{"a FIFO queue becomes standard", "SetQueueAttributes", `"QueueUrl":"{fifo}","Attributes":{"FifoQueue":"false"}`, "QueueUrl={fifo}&Attribute.1.Name=FifoQueue&Attribute.1.Value=false", 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.", ""},
		{"out of range", "SetQueueAttributes", `"Attributes":{"VisibilityTimeout":"43201"}`, "Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=43201", 400, "", "InvalidAttributeValue", "", "Invalid value for the parameter VisibilityTimeout.", ""},
		{"no attributes", "SetQueueAttributes", ``, "", 400, coral, missingValue, missingCode, "The request must contain the parameter Attributes.", ""},
		{
			"a dead-letter queue of another kind", "SetQueueAttributes", `"Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"{fifoArn}\",\"maxReceiveCount\":1}"}`, `Attribute.1.Name=RedrivePolicy&Attribute.1.Value={"deadLetterTargetArn":"{fifoArn}","maxReceiveCount":1}`,
			400, coral, invalidValue, invalidCode, `Value {"deadLetterTargetArn":"{fifoArn}","maxReceiveCount":1} for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source..`, "",
		},
		{
			"a redrive policy without a count", "SetQueueAttributes", `"Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"{arn}\"}"}`, `Attribute.1.Name=RedrivePolicy&Attribute.1.Value={"deadLetterTargetArn":"{arn}"}`,
			400, coral, invalidValue, invalidCode, `Value {"deadLetterTargetArn":"{arn}"} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attribute: maxReceiveCount.`, "",
		},
		{"a label twice", "AddPermission", `"Label":"there","AWSAccountIds":["111111111111"],"Actions":["SendMessage"]`, "Label=there&AWSAccountId.1=111111111111&ActionName.1=SendMessage", 400, coral, invalidValue, invalidCode, "Value there for parameter Label is invalid. Reason: Already exists.", ""},
		{"no such label", "RemovePermission", `"Label":"none"`, "Label=none", 400, coral, invalidValue, invalidCode, "Value none for parameter Label is invalid. Reason: can't find label.", ""},
		{"eight actions", "AddPermission", `"Label":"l","AWSAccountIds":["111111111111"],"Actions":["*","*","*","*","*","*","*","*"]`, "Label=l&AWSAccountId.1=111111111111&ActionName.1=*&ActionName.2=*&ActionName.3=*&ActionName.4=*&ActionName.5=*&ActionName.6=*&ActionName.7=*&ActionName.8=*", 403, "", "OverLimit", "", "8 Actions were found, maximum allowed is 7.", ""},
		{"purged again", "PurgeQueue", `"QueueUrl":"{purged}"`, "QueueUrl={purged}", 403, "", "PurgeQueueInProgress", sqsPrefix + "PurgeQueueInProgress", "Only one PurgeQueue operation on {purgedName} is allowed every 60 seconds.", ""},
		{"sources of no queue", "ListDeadLetterSourceQueues", `"QueueUrl":"{url}x"`, "QueueUrl={url}x", 400, "", "QueueDoesNotExist", noQueue, noQueueSays, noQueueInXML},
		{"moving from a queue that nobody has for dead letters", "StartMessageMoveTask", `"SourceArn":"{fifoArn}"`, "SourceArn={fifoArn}", 400, coral, invalidValue, invalidCode, "Source queue must be configured as a Dead Letter Queue.", ""},
		{"moving from no queue", "StartMessageMoveTask", `"SourceArn":"{arn}x"`, "SourceArn={arn}x", 404, "", "ResourceNotFoundException", "", "The resource that you specified for the SourceArn parameter doesn't exist.", ""},
		{"moving to no queue", "StartMessageMoveTask", `"SourceArn":"{arn}","DestinationArn":"{arn}x"`, "SourceArn={arn}&DestinationArn={arn}x", 404, "", "ResourceNotFoundException", "", "The resource that you specified for the DestinationArn parameter doesn't exist.", ""},
		{"moves of no queue", "ListMessageMoveTasks", `"SourceArn":"{arn}x"`, "SourceArn={arn}x", 404, "", "ResourceNotFoundException", "", "The resource that you specified for the SourceArn parameter doesn't exist.", ""},
		{"no task", "CancelMessageMoveTask", `"TaskHandle":"no"`, "TaskHandle=no", 400, coral, invalidValue, invalidCode, "Value for parameter TaskHandle is invalid.", ""},
		{"a page of none", "ListQueues", `"MaxResults":0`, "MaxResults=0", 400, coral, invalidValue, invalidCode, "Value 0 for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000, inclusive.", ""},
		{"bad token", "ListQueues", `"NextToken":"x","MaxResults":1`, "NextToken=x&MaxResults=1", 400, coral, invalidValue, invalidCode, "Invalid or expired next token.", ""},
		{"no tags", "TagQueue", `"Tags":{}`, "", 400, coral, missingValue, missingCode, "The request must contain the parameter Tags.", ""},
		{"an empty key", "TagQueue", `"Tags":{"":"v"}`, "Tag.1.Key=&Tag.1.Value=v", 400, coral, invalidValue, invalidCode, "Tag keys must be between 1 and 128 characters in length.", ""},
	}
}

// messageFaults are those of messages and batches.
func messageFaults() []sqsFault {
	return []sqsFault{
		{"no body", "SendMessage", ``, "", 400, coral, missingValue, missingCode, "The request must contain the parameter MessageBody.", ""},
		{"a long body", "SendMessage", `"QueueUrl":"{small}","MessageBody":"{long}"`, "QueueUrl={small}&MessageBody={long}", 400, coral, invalidValue, invalidCode, "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.", ""},
		{"characters of no message", "SendMessage", `"MessageBody":"a\u0001"`, "MessageBody=a\x01", 400, "", "InvalidMessageContents", "", contentsSays, ""},
		{"a long delay", "SendMessage", `"MessageBody":"x","DelaySeconds":901`, "MessageBody=x&DelaySeconds=901", 400, coral, invalidValue, invalidCode, "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", ""},
		{"a delay on a FIFO queue", "SendMessage", `"QueueUrl":"{fifo}","MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":"d","DelaySeconds":2`, "QueueUrl={fifo}&MessageBody=x&MessageGroupId=g&MessageDeduplicationId=d&DelaySeconds=2", 400, coral, invalidValue, invalidCode, delayOnFIFO, ""},
		{"a deduplication id on a standard queue", "SendMessage", `"MessageBody":"x","MessageDeduplicationId":"d"`, "MessageBody=x&MessageDeduplicationId=d", 400, coral, invalidValue, invalidCode, dedupOnStd, ""},
		{"a bad group", "SendMessage", `"MessageBody":"x","MessageGroupId":"a b"`, "MessageBody=x&MessageGroupId=a b", 400, coral, invalidValue, invalidCode, "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId" + badIDSays, ""},
		{"no group", "SendMessage", `"QueueUrl":"{fifo}","MessageBody":"x"`, "QueueUrl={fifo}&MessageBody=x", 400, coral, missingValue, missingCode, "The request must contain the parameter MessageGroupId.", ""},
		{"no deduplication", "SendMessage", `"QueueUrl":"{fifo}","MessageBody":"x","MessageGroupId":"g"`, "QueueUrl={fifo}&MessageBody=x&MessageGroupId=g", 400, coral, invalidValue, invalidCode, noDedupSays, ""},
		{
			"an empty attribute", "SendMessage", `"MessageBody":"x","MessageAttributes":{"a":{"DataType":"String","StringValue":""}}`, "MessageBody=x&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=",
			400, coral, invalidValue, invalidCode, "Message (user) attribute 'a' must contain a non-empty value of type 'String'.", "",
		},
		{
			"a list in an attribute", "SendMessage", `"MessageBody":"x","MessageAttributes":{"a":{"DataType":"String","StringListValues":["x"]}}`, "MessageBody=x&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringListValue.1=x",
			400, "", "UnsupportedOperation", sqsPrefix + "UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported.", "",
		},
		{"eleven messages", "ReceiveMessage", `"MaxNumberOfMessages":11`, "MaxNumberOfMessages=11", 400, coral, invalidValue, invalidCode, "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", ""},
		{"a long wait", "ReceiveMessage", `"WaitTimeSeconds":21`, "WaitTimeSeconds=21", 400, coral, invalidValue, invalidCode, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.", ""},
		{"no handle", "DeleteMessage", ``, "", 400, coral, missingValue, missingCode, "The request must contain the parameter ReceiptHandle.", ""},
		{"garbage for a handle", "DeleteMessage", `"ReceiptHandle":"no"`, "ReceiptHandle=no", 404, "", "ReceiptHandleIsInvalid", "", `The input receipt handle "no" is not a valid receipt handle.`, ""},
		{"another queue's handle", "DeleteMessage", `"ReceiptHandle":"{foreign}"`, "ReceiptHandle={foreign}", 404, "", "ReceiptHandleIsInvalid", "", `The receipt handle "{foreign}" is not valid for this queue.`, ""},
		{"a handle past its timeout", "DeleteMessage", `"QueueUrl":"{fifo}","ReceiptHandle":"{late}"`, "QueueUrl={fifo}&ReceiptHandle={late}", 400, coral, invalidValue, invalidCode, "Value {late} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", ""},
		{"a deleted message's handle", "ChangeMessageVisibility", `"QueueUrl":"{small}","ReceiptHandle":"{gone}","VisibilityTimeout":1`, "QueueUrl={small}&ReceiptHandle={gone}&VisibilityTimeout=1", 400, coral, invalidValue, invalidCode, noChangeSays, ""},
		{"no timeout", "ChangeMessageVisibility", `"ReceiptHandle":"{handle}"`, "ReceiptHandle={handle}", 400, coral, missingValue, missingCode, "The request must contain the parameter VisibilityTimeout.", ""},
		{"a timeout over 12 hours", "ChangeMessageVisibility", `"ReceiptHandle":"{handle}","VisibilityTimeout":43201`, "ReceiptHandle={handle}&VisibilityTimeout=43201", 400, coral, invalidValue, invalidCode, tooLongVisble, ""},
		{"an empty batch", "DeleteMessageBatch", `"Entries":[]`, "DeleteMessageBatchRequestEntry=", 400, "", "EmptyBatchRequest", sqsPrefix + "EmptyBatchRequest", "There should be at least one DeleteMessageBatchRequestEntry in the request.", ""},
		{"an id twice", "SendMessageBatch", `"Entries":[{"Id":"a","MessageBody":"x"},{"Id":"a","MessageBody":"x"}]`, twice, 400, "", "BatchEntryIdsNotDistinct", sqsPrefix + "BatchEntryIdsNotDistinct", "Id a repeated.", ""},
		{"a bad id", "SendMessageBatch", `"Entries":[{"Id":"a b","MessageBody":"x"}]`, "SendMessageBatchRequestEntry.1.Id=a b&SendMessageBatchRequestEntry.1.MessageBody=x", 400, "", "InvalidBatchEntryId", sqsPrefix + "InvalidBatchEntryId", entryIDSays, ""},
		{"eleven entries", "DeleteMessageBatch", elevenJSON(), elevenForm(), 400, "", "TooManyEntriesInBatchRequest", sqsPrefix + "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11.", ""},
	}
}

// twice is a batch in which an id comes twice.
const twice = "SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x&SendMessageBatchRequestEntry.2.Id=a&SendMessageBatchRequestEntry.2.MessageBody=x"

// elevenJSON is a batch with an entry too many.
func elevenJSON() string {
	return `"Entries":[` + strings.TrimSuffix(strings.Repeat(`{"Id":"a","ReceiptHandle":"x"},`, 11), ",") + `]`
}

// elevenForm is elevenJSON in awsQuery.
func elevenForm() string {
	var parts []string
	for i := range 11 {
		parts = append(parts, fmt.Sprintf("DeleteMessageBatchRequestEntry.%d.Id=a&DeleteMessageBatchRequestEntry.%d.ReceiptHandle=x", i+1, i+1))
	}
	return strings.Join(parts, "&")
}
