package connect_test

import (
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connect"
	"github.com/casestream/casestream/wire/wiretest"
)

// The forms of requests and answers, and what carries them.
type (
	object  = wiretest.Object
	request = wiretest.Request
	door    = wiretest.Door
)

// open makes a service on a database.
func open(t *testing.T, db *store.DB) door {
	t.Helper()
	s := connect.New(connect.Config{DB: db, ARNs: arn.NewMaker("111122223333", "us-west-2"), Quotas: connect.Quotas{Instances: 4}})
	return door{TB: t, Service: s.Describe(), MessageKey: "Message", Excused: storetest.ErrStep}
}

// each runs a test on a fresh service of each engine.
func each(t *testing.T, test func(t *testing.T, d door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db storetest.Database) {
		test(t, open(t, db.Open(t, store.Options{})))
	})
}

func TestEveryKindOfFaultHasItsException(t *testing.T) {
	open(t, nil).Faults(map[fault.Kind]string{
		fault.Invalid: "InvalidRequestException", fault.NotFound: "ResourceNotFoundException", fault.Conflict: "DuplicateResourceException",
		fault.Denied: "AccessDeniedException", fault.Limit: "ServiceQuotaExceededException", fault.Busy: "ThrottlingException",
		fault.Unavailable: "InternalServiceException",
	})
}
