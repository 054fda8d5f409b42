package api_test

// sqsRows has a row for each operation of SQS.
func sqsRows() []sqsRow {
	const url = `{"QueueUrl":"URL"}`
	return []sqsRow{
		{op: "CreateQueue", free: true, body: `"QueueName":"{new}","Attributes":{"DelaySeconds":"5"},"tags":{"k":"v"}`, form: "QueueName={new}&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=k&Tag.1.Value=v", json: url, xml: "<QueueUrl>URL</QueueUrl>"},
		{op: "GetQueueUrl", free: true, body: `"QueueName":"{name}","QueueOwnerAWSAccountId":"` + account + `"`, form: "QueueName={name}&QueueOwnerAWSAccountId=" + account, json: url, xml: "<QueueUrl>URL</QueueUrl>"},
		{op: "ListQueues", free: true, body: `"QueueNamePrefix":"{name}","MaxResults":5`, form: "QueueNamePrefix={name}&MaxResults=5", json: `{"QueueUrls":["URL"]}`, xml: "<QueueUrl>URL</QueueUrl>", legacy: `{"queueUrls":["URL"]}`},
		{op: "ListQueues", free: true, body: `"QueueNamePrefix":"{new}"`, form: "QueueNamePrefix={new}", json: "{}"},
		{op: "DeleteQueue", json: "-", xml: "-"},
		{op: "PurgeQueue", json: "-", xml: "-"},
		{
			op: "GetQueueAttributes", body: `"AttributeNames":["QueueArn","ApproximateNumberOfMessagesNotVisible"]`, form: "AttributeName.1=QueueArn&AttributeName.2=ApproximateNumberOfMessagesNotVisible",
			json:   `{"Attributes":{"ApproximateNumberOfMessagesNotVisible":"1","QueueArn":"ARN"}}`,
			xml:    "<Attribute><Name>ApproximateNumberOfMessagesNotVisible</Name><Value>1</Value></Attribute><Attribute><Name>QueueArn</Name><Value>ARN</Value></Attribute>",
			legacy: `{"Attributes":[{"Name":"ApproximateNumberOfMessagesNotVisible","Value":"1"},{"Name":"QueueArn","Value":"ARN"}]}`,
		},
		{op: "GetQueueAttributes", json: "{}"},
		{op: "SetQueueAttributes", body: `"Attributes":{"VisibilityTimeout":"5"}`, form: "Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=5", json: "-", xml: "-"},
		{op: "SetQueueAttributes", body: `"Attributes":{"VisibilityTimeout":"5"}`, form: "Attribute.Name=VisibilityTimeout&Attribute.Value=5", json: "-", xml: "-"},
		{op: "AddPermission", body: `"Label":"l","AWSAccountIds":["111111111111"],"Actions":["SendMessage"]`, form: "Label=l&AWSAccountId.1=111111111111&ActionName.1=SendMessage", json: "-", xml: "-"},
		{op: "RemovePermission", body: `"Label":"there"`, form: "Label=there", json: "-", xml: "-"},
		{op: "ListQueueTags", body: "", json: `{"Tags":{"k":"v"}}`, xml: "<Tag><Key>k</Key><Value>v</Value></Tag>", legacy: `{"Tags":[{"Key":"k","Value":"v"}]}`},
		{op: "TagQueue", body: `"Tags":{"k":"v"}`, form: "Tag.1.Key=k&Tag.1.Value=v", json: "-", xml: "-"},
		{op: "UntagQueue", body: `"TagKeys":["k"]`, form: "TagKey.1=k", json: "-", xml: "-"},
		{op: "SendMessage", body: `"MessageBody":"<\r\u00fc>"`, form: "MessageBody=<\r\u00fc>", json: sentJSON, xml: sentXML},
		{
			op: "SendMessage", fifo: true, body: `"MessageBody":"x","MessageGroupId":"g","MessageDeduplicationId":"d","MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"AAE="}},"MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1"}}`,
			form: "MessageBody=x&MessageGroupId=g&MessageDeduplicationId=d&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=AAE=&MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.DataType=String&MessageSystemAttribute.1.Value.StringValue=Root=1",
			json: `{"MD5OfMessageBody":"MD5","MD5OfMessageAttributes":"MD5","MD5OfMessageSystemAttributes":"MD5","MessageId":"ID","SequenceNumber":"NUMBER"}`,
			xml:  "<MD5OfMessageBody>MD5</MD5OfMessageBody><MD5OfMessageAttributes>MD5</MD5OfMessageAttributes><MD5OfMessageSystemAttributes>MD5</MD5OfMessageSystemAttributes><MessageId>ID</MessageId><SequenceNumber>NUMBER</SequenceNumber>",
		},
		{
			op: "SendMessageBatch", body: `"Entries":[{"Id":"a","MessageBody":"x","DelaySeconds":1},{"Id":"b","MessageBody":"x","DelaySeconds":901}]`,
			form: "SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x&SendMessageBatchRequestEntry.1.DelaySeconds=1&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=x&SendMessageBatchRequestEntry.2.DelaySeconds=901",
			json: `{"Successful":[{"Id":"a","MessageId":"ID","MD5OfMessageBody":"MD5"}],"Failed":[{"Id":"b","SenderFault":true,"Code":"InvalidParameterValue","Message":"Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."}]}`,
			xml: "<SendMessageBatchResultEntry><Id>a</Id><MessageId>ID</MessageId><MD5OfMessageBody>MD5</MD5OfMessageBody></SendMessageBatchResultEntry>" +
				"<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code><Message>Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be &gt;= 0 and &lt;= 900.</Message></BatchResultErrorEntry>",
		},
		{
			op: "ReceiveMessage", body: `"MessageSystemAttributeNames":["ApproximateReceiveCount"]`, form: "AttributeName.1=ApproximateReceiveCount",
			json:   `{"Messages":[{"MessageId":"ID","ReceiptHandle":"HANDLE","MD5OfBody":"MD5","Body":"two","Attributes":{"ApproximateReceiveCount":"1"}}]}`,
			xml:    "<Message><MessageId>ID</MessageId><ReceiptHandle>HANDLE</ReceiptHandle><MD5OfBody>MD5</MD5OfBody><Body>two</Body><Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute></Message>",
			legacy: `{"messages":[{"MessageId":"ID","ReceiptHandle":"HANDLE","MD5OfBody":"MD5","Body":"two","Attributes":[{"Name":"ApproximateReceiveCount","Value":"1"}]}]}`,
		},
		{op: "ListDeadLetterSourceQueues", json: `{"queueUrls":["URL"]}`, xml: "<QueueUrl>URL</QueueUrl>"},
		{op: "StartMessageMoveTask", free: true, body: `"SourceArn":"{arn}"`, form: "SourceArn={arn}", json: `{"TaskHandle":"TASK"}`, xml: "<TaskHandle>TASK</TaskHandle>"},
		{op: "ListMessageMoveTasks", free: true, body: `"SourceArn":"{arn}"`, form: "SourceArn={arn}", json: "{}"},
		{op: "DeleteMessage", body: `"ReceiptHandle":"{handle}"`, form: "ReceiptHandle={handle}", json: "-", xml: "-"},
		{
			op: "DeleteMessageBatch", body: `"Entries":[{"Id":"a","ReceiptHandle":"{handle}"},{"Id":"b","ReceiptHandle":"no"}]`,
			form: "DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle={handle}&DeleteMessageBatchRequestEntry.2.Id=b&DeleteMessageBatchRequestEntry.2.ReceiptHandle=no",
			json: `{"Successful":[{"Id":"a"}],"Failed":[` + badHandleJSON + `]}`,
			xml:  "<DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>" + badHandleXML,
		},
		{op: "ChangeMessageVisibility", body: `"ReceiptHandle":"{handle}","VisibilityTimeout":60`, form: "ReceiptHandle={handle}&VisibilityTimeout=60", json: "-", xml: "-"},
		{
			op: "ChangeMessageVisibilityBatch", fifo: true, body: `"Entries":[{"Id":"a","ReceiptHandle":"{handle}","VisibilityTimeout":60},{"Id":"b","ReceiptHandle":"no","VisibilityTimeout":60}]`,
			form: "ChangeMessageVisibilityBatchRequestEntry.1.Id=a&ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle={handle}&ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=60&ChangeMessageVisibilityBatchRequestEntry.2.Id=b&ChangeMessageVisibilityBatchRequestEntry.2.ReceiptHandle=no&ChangeMessageVisibilityBatchRequestEntry.2.VisibilityTimeout=60",
			json: `{"Successful":[{"Id":"a"}],"Failed":[` + badHandleJSON + `]}`,
			xml:  "<ChangeMessageVisibilityBatchResultEntry><Id>a</Id></ChangeMessageVisibilityBatchResultEntry>" + badHandleXML,
		},
	}
}

// What several rows answer.
const (
	sentJSON      = `{"MD5OfMessageBody":"MD5","MessageId":"ID"}`
	sentXML       = "<MD5OfMessageBody>MD5</MD5OfMessageBody><MessageId>ID</MessageId>"
	badHandleJSON = `{"Id":"b","SenderFault":true,"Code":"ReceiptHandleIsInvalid","Message":"The input receipt handle \"no\" is not a valid receipt handle."}`
	badHandleXML  = "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>ReceiptHandleIsInvalid</Code><Message>The input receipt handle &quot;no&quot; is not a valid receipt handle.</Message></BatchResultErrorEntry>"
)
