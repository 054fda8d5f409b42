package sts_test

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/awsapi/sts"
	"github.com/casestream/casestream/base/fault"
	room "github.com/casestream/casestream/svc/sts"
	"github.com/casestream/casestream/wire"
)

func TestCallerLearnsWhoItIs(t *testing.T) {
	svc := room.New(room.Config{}).Describe()
	for i := range svc.Operations {
		op := &svc.Operations[i]
		if op.Name != "GetCallerIdentity" {
			continue
		}
		ctx := wire.WithCall(t.Context(), &wire.Call{Principal: wire.Principal{
			Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana", UserID: "AIDAEXAMPLE", AccessKeyID: "AKIAEXAMPLE",
		}})
		out, err := op.Call(ctx, &wire.Request{
			HTTP: httptest.NewRequest("POST", "/", strings.NewReader("")), Service: svc, Op: op, Protocol: svc.Protocol,
			Form: url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := &sts.GetCallerIdentityOutput{
			Account: wire.Ptr("111122223333"), Arn: wire.Ptr("arn:aws:iam::111122223333:user/ana"), UserId: wire.Ptr("AIDAEXAMPLE"),
		}
		if diff := cmp.Diff(wire.Output(want), out); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		return
	}
	t.Fatal("no operation GetCallerIdentity")
}

func TestOnlyTheCallersFaultsAreShown(t *testing.T) {
	svc := room.New(room.Config{}).Describe()
	for kind, shown := range map[fault.Kind]bool{
		fault.Invalid: true, fault.NotFound: true, fault.Conflict: true, fault.Limit: true,
		fault.Internal: false, fault.Denied: false, fault.Busy: false, fault.Unavailable: false,
	} {
		got := svc.MapError(fault.Wrap(kind, "shown", errors.New("hidden")))
		api, ok := errors.AsType[wire.APIError](got)
		if ok != shown || ok && (api.Wire().Code != "ValidationError" || api.Wire().Message != "shown") {
			t.Errorf("%s is answered with %v", kind, got)
		}
	}
	if got := svc.MapError(errors.New("a bug")); got != nil {
		t.Errorf("a bug is answered with %v", got)
	}
}
