package main

import (
	"embed"
	"fmt"
	"strings"
)

// wanted lists the operations to generate shapes for.
//
//go:embed ops.txt
var wanted string

// ownModels are the models of services that AWS does not have.
//
//go:embed own/*.json
var ownModels embed.FS

// config is what a service's model does not say.
type config struct {
	id, file         string
	own              bool // it is not AWS's: its model is one of ownModels
	errorNamespace   string
	alsoQuery        bool
	omitEmpty        bool                // empty lists and maps are left out of answers, required or not
	noEnums          bool                // the service words its own errors for unknown enum values
	enumOrders       map[string][]string // in which order errors list an enum's values, where it is known not to be the model's
	anyCase          map[string]bool     // enums whose values the service takes in upper and lower case
	xmlNamespace     string
	invalid          string // Go text of wire.Invalid
	extra            []exception
	queryErrors      map[string]queryError
	queryNames       map[string]queryName
	requiredByOthers map[string]bool // members whose absence the service's room answers
}

// exception is an error that a service gives without having it in its model.
type exception struct {
	name, namespace, queryCode string
	status                     int
}

// queryError is awsQuery's side of an exception: the code and status where they differ from the model's.
type queryError struct {
	code    string
	status  int
	message string // where awsQuery words it differently
}

// queryName spells a list or a map in awsQuery: the element's name, and the names of its key and value.
type queryName struct{ element, key, value string }

// services are the services that are generated.
var services = []config{
	{id: "cloudwatchlogs", file: "logs.json", invalid: `wire.Invalid{Code: "InvalidParameterException"}`},
	{id: "connect", file: "connect.json", invalid: `wire.Invalid{Code: "InvalidRequestException", MessageKey: "Message"}`},
	{id: "connectcases", file: "connectcases.json", invalid: `wire.Invalid{Code: "ValidationException"}`},
	{id: "customerprofiles", file: "customer-profiles.json", invalid: `wire.Invalid{Code: "BadRequestException", MessageKey: "Message"}`},
	{
		id: "eventbridge", file: "events.json", invalid: `wire.Invalid{Code: "ValidationException"}`,
		extra:      []exception{{name: "ValidationException", status: 400}},
		enumOrders: map[string][]string{"ApiDestinationHttpMethod": {"HEAD", "POST", "PATCH", "DELETE", "PUT", "GET", "OPTIONS"}},
		anyCase:    map[string]bool{"ConnectionOAuthHttpMethod": true},
	},
	sqs,
	{
		id: "sts", file: "sts.json", invalid: `wire.Invalid{Code: "ValidationError"}`,
		extra: []exception{{name: "ValidationError", status: 400}},
	},
	{id: "casestream", file: "casestream.json", own: true, invalid: `wire.Invalid{Code: "ValidationException"}`},
}

// coral is the namespace of SQS's errors that are not in its model.
const coral = "com.amazon.coral.service"

// sqs holds what the JSON model of SQS lost of the awsQuery one.
var sqs = config{
	id: "sqs", file: "sqs.json", errorNamespace: "com.amazonaws.sqs",
	alsoQuery: true, omitEmpty: true, noEnums: true,
	xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
	invalid: `wire.Invalid{Code: "MissingRequiredParameterException", Namespace: "` + coral + `",
		QueryCode: "MissingParameter", FirstMissing: true}`,
	extra: []exception{
		{name: "AccessDeniedException", namespace: coral, queryCode: "AccessDenied", status: 403},
		{name: "InvalidParameterValueException", namespace: coral, queryCode: "InvalidParameterValue", status: 400},
		{name: "MissingRequiredParameterException", namespace: coral, queryCode: "MissingParameter", status: 400},
	},
	queryErrors: map[string]queryError{
		"BatchEntryIdsNotDistinct":     {code: simple + "BatchEntryIdsNotDistinct"},
		"BatchRequestTooLong":          {code: simple + "BatchRequestTooLong"},
		"EmptyBatchRequest":            {code: simple + "EmptyBatchRequest"},
		"InvalidAddress":               {status: 404},
		"InvalidBatchEntryId":          {code: simple + "InvalidBatchEntryId"},
		"InvalidSecurity":              {status: 403},
		"KmsAccessDenied":              {code: "KMS.AccessDeniedException"},
		"KmsDisabled":                  {code: "KMS.DisabledException"},
		"KmsInvalidKeyUsage":           {code: "KMS.InvalidKeyUsageException"},
		"KmsInvalidState":              {code: "KMS.InvalidStateException"},
		"KmsNotFound":                  {code: "KMS.NotFoundException"},
		"KmsOptInRequired":             {code: "KMS.OptInRequired"},
		"KmsThrottled":                 {code: "KMS.ThrottlingException"},
		"MessageNotInflight":           {code: simple + "MessageNotInflight"},
		"OverLimit":                    {status: 403},
		"PurgeQueueInProgress":         {code: simple + "PurgeQueueInProgress", status: 403},
		"QueueDeletedRecently":         {code: simple + "QueueDeletedRecently"},
		"QueueDoesNotExist":            {code: simple + "NonExistentQueue", message: "The specified queue does not exist for this wsdl version."},
		"QueueNameExists":              {code: "QueueAlreadyExists"},
		"ReceiptHandleIsInvalid":       {status: 404},
		"RequestThrottled":             {status: 403},
		"ResourceNotFoundException":    {status: 404},
		"TooManyEntriesInBatchRequest": {code: simple + "TooManyEntriesInBatchRequest"},
		"UnsupportedOperation":         {code: simple + "UnsupportedOperation"},
	},
	queryNames: map[string]queryName{
		"AWSAccountIdList":          {element: "AWSAccountId"},
		"ActionNameList":            {element: "ActionName"},
		"AttributeNameList":         {element: "AttributeName"},
		"BatchResultErrorEntryList": {element: "BatchResultErrorEntry"},
		"BinaryList":                {element: "BinaryListValue"},
		"ChangeMessageVisibilityBatchRequestEntryList": {element: "ChangeMessageVisibilityBatchRequestEntry"},
		"ChangeMessageVisibilityBatchResultEntryList":  {element: "ChangeMessageVisibilityBatchResultEntry"},
		"DeleteMessageBatchRequestEntryList":           {element: "DeleteMessageBatchRequestEntry"},
		"DeleteMessageBatchResultEntryList":            {element: "DeleteMessageBatchResultEntry"},
		"ListMessageMoveTasksResultEntryList":          {element: "ListMessageMoveTasksResultEntry"},
		"MessageAttributeNameList":                     {element: "MessageAttributeName"},
		"MessageBodyAttributeMap":                      {"MessageAttribute", "Name", "Value"},
		"MessageBodySystemAttributeMap":                {"MessageSystemAttribute", "Name", "Value"},
		"MessageList":                                  {element: "Message"},
		"MessageSystemAttributeList":                   {element: "MessageSystemAttributeName"},
		"MessageSystemAttributeMap":                    {"Attribute", "Name", "Value"},
		"QueueAttributeMap":                            {"Attribute", "Name", "Value"},
		"QueueUrlList":                                 {element: "QueueUrl"},
		"SendMessageBatchRequestEntryList":             {element: "SendMessageBatchRequestEntry"},
		"SendMessageBatchResultEntryList":              {element: "SendMessageBatchResultEntry"},
		"StringList":                                   {element: "StringListValue"},
		"TagKeyList":                                   {element: "TagKey"},
		"TagMap":                                       {"Tag", "Key", "Value"},
	},
	requiredByOthers: map[string]bool{
		// QueueDoesNotExist, InvalidParameterValue, EmptyBatchRequest, InvalidBatchEntryId and the errors of
		// single batch entries.
		"QueueUrl": true, "QueueName": true, "Entries": true, "Id": true,
		"SendMessageBatchRequestEntry.MessageBody":               true,
		"DeleteMessageBatchRequestEntry.ReceiptHandle":           true,
		"ChangeMessageVisibilityBatchRequestEntry.ReceiptHandle": true,
		"MessageAttributeValue.DataType":                         true,
		"MessageSystemAttributeValue.DataType":                   true,
	},
}

// simple begins many of SQS's awsQuery codes.
const simple = "AWS.SimpleQueueService."

// wantedOps gives the operations of ops.txt for a service.
func wantedOps(id string, m *model) (map[string]bool, error) {
	for line := range strings.Lines(wanted) {
		service, names, ok := strings.Cut(line, ":")
		if !ok || service != id {
			continue
		}
		out := map[string]bool{}
		for _, name := range strings.Fields(names) {
			switch {
			case name == "*":
				for op := range m.Operations {
					out[op] = true
				}
			case m.Operations[name] == nil:
				return nil, fmt.Errorf("ops.txt: no operation %s", name)
			default:
				out[name] = true
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("ops.txt has no line for %s", id)
}
