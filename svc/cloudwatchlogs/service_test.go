package cloudwatchlogs_test

import (
	"testing"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/svc/cloudwatchlogs"
	"github.com/casestream/casestream/wire/wiretest"
)

func TestEveryKindOfFaultHasItsException(t *testing.T) {
	wiretest.Door{TB: t, Service: cloudwatchlogs.New(cloudwatchlogs.Config{}).Describe()}.Faults(map[fault.Kind]string{
		fault.Invalid: "InvalidParameterException", fault.NotFound: "ResourceNotFoundException", fault.Conflict: "ResourceAlreadyExistsException",
		fault.Denied: "AccessDeniedException", fault.Limit: "LimitExceededException", fault.Busy: "OperationAbortedException",
		fault.Unavailable: "ServiceUnavailableException",
	})
}
