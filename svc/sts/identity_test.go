package sts_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/base/fault"
	room "github.com/casestream/casestream/svc/sts"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/wiretest"
)

func TestCallerLearnsWhoItIs(t *testing.T) {
	d := open(t)
	d.Caller = &wire.Call{Principal: wire.Principal{
		Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana", UserID: "AIDAEXAMPLE", AccessKeyID: "AKIAEXAMPLE",
	}}
	out, err := d.Run("GetCallerIdentity", &wire.Request{Form: url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &sts.GetCallerIdentityOutput{
		Account: wire.Ptr("111122223333"), Arn: wire.Ptr("arn:aws:iam::111122223333:user/ana"), UserId: wire.Ptr("AIDAEXAMPLE"),
	}
	if diff := cmp.Diff(wire.Output(want), out); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestOnlyTheCallersFaultsAreShown(t *testing.T) {
	const shown = "ValidationError"
	open(t).Faults(map[fault.Kind]string{
		fault.Invalid: shown, fault.NotFound: shown, fault.Conflict: shown, fault.Limit: shown,
		fault.Internal: "", fault.Denied: "", fault.Busy: "", fault.Unavailable: "",
	})
}

// open makes the service.
func open(t *testing.T) wiretest.Door {
	return wiretest.Door{TB: t, Service: room.New(room.Config{}).Describe()}
}
