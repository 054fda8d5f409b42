package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/svc/connect"
	"github.com/casestream/casestream/svc/connectcases"
	"github.com/casestream/casestream/svc/customerprofiles"
	"github.com/casestream/casestream/svc/eventbridge"
	"github.com/casestream/casestream/svc/sqs"
	"github.com/casestream/casestream/svc/sts"
	"github.com/casestream/casestream/target"
	targetqueue "github.com/casestream/casestream/target/queue"
	"github.com/casestream/casestream/target/remoteaws"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// services lists the AWS services that the server serves.
func (s *server) services(arns arn.Maker) []*wire.Service {
	s.cases = connectcases.New(connectcases.Config{
		DB: s.db, Bus: s.bus, ARNs: arns, Quotas: s.cfg.CasesQuota.room(), Log: s.log,
		RelatedItemDeleted: s.cfg.CasesDeletedItemEvent, LowerCaseItemTypes: s.cfg.CasesLowerCaseItemTypes,
	})
	return []*wire.Service{
		s.cases.Describe(),
		eventbridge.New(eventbridge.Config{DB: s.db, Bus: s.bus, ARNs: arns}).Describe(),
		sqs.New(sqs.Config{Queues: s.queues, ARNs: arns, Log: s.log}).Describe(),
		connect.New(connect.Config{DB: s.db, ARNs: arns, Log: s.log}).Describe(),
		customerprofiles.New(customerprofiles.Config{DB: s.db, ARNs: arns, Log: s.log}).Describe(),
		sts.New(sts.Config{}).Describe(),
	}
}

// locals lists the targets that lie in our own store, by the service in their ARN.
func locals(queues *queue.Queues, arns arn.Maker) map[string]bus.Local {
	return map[string]bus.Local{"sqs": targetqueue.New(queues, arns)}
}

// remotes lists the kinds of targets outside our store.
func (c *config) remotes(ctx context.Context, arns arn.Maker) ([]target.Remote, error) {
	var list []target.Remote
	remote, err := c.remoteAWS(ctx, arns)
	if err != nil {
		return nil, err
	}
	if remote != nil {
		list = append(list, remote)
	}
	return list, nil
}

// outside makes of kinds of targets what says whether a target is of one of them.
func outside(remotes []target.Remote) func(a arn.ARN) bool {
	return func(a arn.ARN) bool {
		return slices.ContainsFunc(remotes, func(r target.Remote) bool { return r.Takes(a) })
	}
}

// remoteAWS makes the target of queues and event buses elsewhere; nil: nothing is to be carried there.
func (c *config) remoteAWS(ctx context.Context, arns arn.Maker) (*remoteaws.Target, error) {
	if !c.RemoteAWS && len(c.RemoteAWSEndpoint) == 0 {
		return nil, nil
	}
	endpoints, err := remoteaws.ReadPlaces(c.RemoteAWSEndpoint)
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-endpoint=%w", err)
	}
	for _, text := range endpoints {
		if !isURL(text) {
			return nil, fmt.Errorf("--remote-aws-endpoint: %s is not a URL", text)
		}
	}
	profiles, err := remoteaws.ReadPlaces(c.RemoteAWSProfile)
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-profile=%w", err)
	}
	t, err := remoteaws.New(ctx, remoteaws.Config{
		ARNs: arns, AWS: c.RemoteAWS, Endpoints: endpoints, Profiles: profiles, SourcePrefix: c.RemoteAWSSourcePrefix,
	})
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-profile: %w", err)
	}
	return t, nil
}

// door builds the front door.
func (s *server) door(arns arn.Maker) (http.Handler, error) {
	host, _, err := net.SplitHostPort(s.cfg.Listen)
	if err != nil {
		return nil, err
	}
	owner := wire.Principal{
		Account: s.cfg.Account, ARN: arns.MakeGlobal("iam", "user/casestream"), UserID: "AIDACASESTREAM", AccessKeyID: s.key.AccessKeyID,
	}
	return gateway.New(gateway.Config{
		Services: s.services(arns), Account: s.cfg.Account, Region: s.cfg.Region,
		Dev: s.cfg.Dev, Loopback: isLoopback(host), Hosts: s.cfg.Host,
		Keys: func(id string) (sigv4.Credentials, wire.Principal, bool) {
			return s.key, owner, id == s.key.AccessKeyID
		},
		Ready: func(ctx context.Context) error { return s.ready(ctx) }, Version: versionLine(), Log: s.log, Metrics: s.metrics,
		RequestRates: s.cfg.AWSRequestRates, Strict: s.cfg.Strict,
	}), nil
}
