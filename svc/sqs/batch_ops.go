package sqs

import (
	"errors"
	"strconv"
	"strings"

	api "github.com/casestream/casestream/awsapi/sqs"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/wire"
)

// maxEntries bounds the entries of a batch.
const maxEntries = 10

// checkEntries checks what holds for a batch as a whole, in AWS's order. entry is the shape's name.
func checkEntries(entry string, ids []string) error {
	if len(ids) == 0 {
		return &api.EmptyBatchRequest{Message: "There should be at least one " + entry + " in the request."}
	}
	if len(ids) > maxEntries {
		return &api.TooManyEntriesInBatchRequest{Message: "Maximum number of entries per request are 10. You have sent " + strconv.Itoa(len(ids)) + "."}
	}
	for _, id := range ids {
		if !validEntryID(id) {
			return &api.InvalidBatchEntryId{Message: "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."}
		}
	}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return &api.BatchEntryIdsNotDistinct{Message: "Id " + id + " repeated."}
		}
		seen[id] = true
	}
	return nil
}

// validEntryID says whether an entry's id is one.
func validEntryID(id string) bool {
	if id == "" || len(id) > 80 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// entryError says how one entry of a batch failed. An error that is not the client's ends the whole call.
func entryError(id string, err error) (api.BatchResultErrorEntry, error) {
	shown, ok := errors.AsType[wire.APIError](err)
	if !ok {
		mapped := mapError(err)
		if shown, ok = errors.AsType[wire.APIError](mapped); !ok {
			return api.BatchResultErrorEntry{}, err
		}
	}
	e := shown.Wire()
	code, message := e.QueryCode, e.Message
	if code == "" {
		code = e.Code
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Subject == queue.SubjectSize {
		message = strings.Replace(message, "are invalid", "cannot be validated", 1) // AWS words it so in batches
	}
	return api.BatchResultErrorEntry{Id: id, Code: code, Message: &message, SenderFault: !e.Receiver}, nil
}
