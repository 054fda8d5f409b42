package app

import (
	"context"
	"net"
	"net/http"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/id"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/svc/casestream"
	"github.com/casestream/casestream/svc/cloudwatchlogs"
	"github.com/casestream/casestream/svc/connect"
	"github.com/casestream/casestream/svc/connectcases"
	"github.com/casestream/casestream/svc/customerprofiles"
	"github.com/casestream/casestream/svc/eventbridge"
	"github.com/casestream/casestream/svc/sqs"
	"github.com/casestream/casestream/svc/sts"
	targetlog "github.com/casestream/casestream/target/log"
	targetqueue "github.com/casestream/casestream/target/queue"
	"github.com/casestream/casestream/wire"
	"github.com/casestream/casestream/wire/sigv4"
)

// services lists the services that the server serves: AWS's, and our own.
func (s *server) services(arns arn.Maker) []*wire.Service {
	s.cases = connectcases.New(connectcases.Config{
		DB: s.db, Bus: s.bus, ARNs: arns, Quotas: s.cfg.CasesQuota.room(), Log: s.log,
		RelatedItemDeleted: s.cfg.CasesDeletedItemEvent, LowerCaseItemTypes: s.cfg.CasesLowerCaseItemTypes,
	})
	queues := sqs.New(sqs.Config{Queues: s.queues, ARNs: arns, Log: s.log})
	s.own = casestream.New(casestream.Config{
		Bus: s.bus, Kept: s.cfg.TraceFor > 0, Queues: s.queues, Reader: queues.Reader, ARNs: arns, Alone: s.db.Ordered(), Log: s.log,
	})
	return []*wire.Service{
		s.cases.Describe(),
		eventbridge.New(eventbridge.Config{DB: s.db, Bus: s.bus, ARNs: arns, Destinations: s.destinations}).Describe(),
		queues.Describe(),
		connect.New(connect.Config{DB: s.db, ARNs: arns, Log: s.log}).Describe(),
		customerprofiles.New(customerprofiles.Config{DB: s.db, ARNs: arns, Log: s.log}).Describe(),
		cloudwatchlogs.New(cloudwatchlogs.Config{DB: s.db, Groups: s.logs}).Describe(),
		sts.New(sts.Config{}).Describe(),
		s.own.Describe(),
	}
}

// locals lists the targets that lie in our own store, by the service in their ARN.
func locals(queues *queue.Queues, logs *loggroup.Groups, arns arn.Maker) map[string]bus.Local {
	return map[string]bus.Local{"sqs": targetqueue.New(queues, arns), "logs": targetlog.New(logs, arns)}
}

// node names this process among those that share its store. A file has one process at a time, so that its leases
// outlive none.
func (s *server) node() string {
	if s.db.Engine() == "sqlite" {
		return "single"
	}
	return id.New()
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
		RequestRates: s.cfg.AWSRequestRates, Strict: s.cfg.Strict, Parking: s.listener,
	}), nil
}
