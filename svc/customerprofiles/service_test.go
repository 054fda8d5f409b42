package customerprofiles_test

import (
	"testing"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/customerprofiles"
	"github.com/casestream/casestream/wire/wiretest"
)

// The forms of requests and answers.
type (
	object  = wiretest.Object
	request = wiretest.Request
)

// door carries them.
type door struct{ wiretest.Door }

// open makes a service on a database.
func open(t *testing.T, db *store.DB) door {
	t.Helper()
	s := customerprofiles.New(customerprofiles.Config{DB: db, ARNs: arn.NewMaker("111122223333", "us-west-2"), Quotas: customerprofiles.Quotas{Domains: 4}})
	return door{wiretest.Door{TB: t, Service: s.Describe(), MessageKey: "Message", Excused: storetest.ErrStep}}
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
		fault.Invalid: "BadRequestException", fault.NotFound: "ResourceNotFoundException", fault.Conflict: "BadRequestException",
		fault.Denied: "AccessDeniedException", fault.Limit: "BadRequestException", fault.Busy: "ThrottlingException",
		fault.Unavailable: "InternalServerException",
	})
}
