package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/store/postgres"
	"github.com/casestream/casestream/store/sqlite"
	"github.com/casestream/casestream/svc/connectcases"
)

// config is the settings of a server. The tags are the whole of a setting: its flag, its environment
// variable, its default and its explanation.
type config struct {
	Listen                  string                      `default:"127.0.0.1:4566" env:"CASESTREAM_LISTEN" help:"Address to serve on. Past the loopback interface it needs TLS (or --insecure-http)."`
	Data                    string                      `default:"${data}" env:"CASESTREAM_DATA" type:"path" help:"Folder for the database and the access key."`
	Ephemeral               bool                        `env:"CASESTREAM_EPHEMERAL" help:"Keep everything in a temporary folder, and remove it at the end."`
	Store                   string                      `env:"CASESTREAM_STORE" placeholder:"sqlite:PATH|postgres:DSN" help:"Where to store: sqlite:PATH or postgres:DSN (a postgres:// URL works as it is). Default: casestream.db in --data."`
	Dev                     bool                        `env:"CASESTREAM_DEV" help:"Take any access key, signed or not. Only on the loopback interface."`
	Account                 string                      `default:"111122223333" env:"CASESTREAM_ACCOUNT" help:"The AWS account in every ARN: 12 digits."`
	Region                  string                      `default:"us-east-1" env:"CASESTREAM_REGION" help:"The AWS Region in every ARN; clients must sign for it."`
	AccessKey               string                      `name:"access-key-id" env:"CASESTREAM_ACCESS_KEY_ID" help:"The access key that clients sign with. Default: made at the first run and kept in --data."`
	SecretKey               string                      `name:"secret-access-key" env:"CASESTREAM_SECRET_ACCESS_KEY" help:"The secret of --access-key-id."`
	TLSCert                 string                      `env:"CASESTREAM_TLS_CERT" type:"path" help:"PEM file with the server's certificate chain."`
	TLSKey                  string                      `env:"CASESTREAM_TLS_KEY" type:"path" help:"PEM file with the certificate's key."`
	InsecureHTTP            bool                        `name:"insecure-http" env:"CASESTREAM_INSECURE_HTTP" help:"Serve plain HTTP past the loopback interface, behind a proxy that adds TLS."`
	Host                    []string                    `env:"CASESTREAM_HOST" help:"Further host names under which clients reach the server."`
	LogLevel                string                      `default:"info" enum:"debug,info,warn,error" env:"CASESTREAM_LOG_LEVEL" help:"debug shows every request, info those that failed."`
	SQSRecreateAfter        time.Duration               `name:"sqs-recreate-after" default:"0s" env:"CASESTREAM_SQS_RECREATE_AFTER" help:"How long the name of a deleted queue stays taken: 60s on AWS."`
	DebugListen             string                      `env:"CASESTREAM_DEBUG_LISTEN" help:"Loopback address on which Go's profiles are served under /debug/pprof/."`
	AWSRequestRates         bool                        `name:"aws-request-rates" env:"CASESTREAM_AWS_REQUEST_RATES" help:"Answer what comes faster than AWS's default request quotas with ThrottlingException (Cases: about 2 a second for each operation). Without it nothing is throttled."`
	CasesQuota              quotas[connectcases.Quotas] `name:"cases-quota" env:"CASESTREAM_CASES_QUOTA" mapsep:"," placeholder:"NAME=N,..." help:"Resource quotas of Amazon Connect Cases other than AWS's defaults. The names: ${quotas}."`
	TraceFor                time.Duration               `name:"trace-for" default:"1h" env:"CASESTREAM_TRACE_FOR" help:"How long what became of each event is kept, and the event with it. 0s: not at all."`
	TraceEvents             int                         `name:"trace-events" default:"100000" env:"CASESTREAM_TRACE_EVENTS" help:"Of how many events at most it is kept, the newest ones. 0: of any number."`
	TraceBytes              int64                       `name:"trace-bytes" default:"1073741824" env:"CASESTREAM_TRACE_BYTES" help:"About how many bytes these events may have together. 0: any number."`
	EventsQuota             quotas[bus.Quotas]          `name:"events-quota" env:"CASESTREAM_EVENTS_QUOTA" mapsep:"," placeholder:"NAME=N,..." help:"Resource quotas of Amazon EventBridge other than AWS's defaults. The names: ${events_quotas}."`
	CasesDeletedItemEvent   string                      `name:"cases-deleted-item-event" default:"CASE.RELATED_ITEM.DELETED" enum:"CASE.RELATED_ITEM.DELETED,RELATED_ITEM.DELETED" env:"CASESTREAM_CASES_DELETED_ITEM_EVENT" help:"eventType of the deletion of a related item."`
	CasesLowerCaseItemTypes bool                        `name:"cases-lower-case-item-types" env:"CASESTREAM_CASES_LOWER_CASE_ITEM_TYPES" help:"Write relatedItemType in case events as comment, contact …"`
	RemoteAWS               bool                        `name:"remote-aws" env:"CASESTREAM_REMOTE_AWS" help:"Carry events to targets of other accounts and Regions: SQS queues and event buses of AWS, with the credentials that AWS's own tools would find."`
	RemoteAWSEndpoint       []string                    `name:"remote-aws-endpoint" env:"CASESTREAM_REMOTE_AWS_ENDPOINT" sep:"," placeholder:"PLACE=URL" help:"Carry events for PLACE, an account, ACCOUNT:REGION or * for all others, to an AWS-compatible endpoint. Works without --remote-aws too: then to these endpoints only."`
	RemoteAWSProfile        []string                    `name:"remote-aws-profile" env:"CASESTREAM_REMOTE_AWS_PROFILE" sep:"," placeholder:"[PLACE=]NAME" help:"Profile in AWS's shared configuration with the credentials for remote targets. Default: what AWS_PROFILE and the rest of the environment say."`
	RemoteAWSSourcePrefix   string                      `name:"remote-aws-source-prefix" default:"casestream." env:"CASESTREAM_REMOTE_AWS_SOURCE_PREFIX" help:"Put before sources that begin with aws. on their way to a remote event bus: PutEvents takes those from AWS's services only."`
	SecretKeyFile           string                      `name:"secret-key-file" env:"CASESTREAM_SECRET_KEY_FILE" type:"path" help:"File with the key that secrets of connections are encrypted with: 32 bytes in base64, the same for all servers on a store. Default: made at the first run and kept in --data."`
	AllowPrivateTargets     bool                        `name:"allow-private-targets" env:"CASESTREAM_ALLOW_PRIVATE_TARGETS" help:"Let API destinations reach loopback, private and link-local addresses, and take endpoints without TLS. Without it, whoever may make an API destination cannot reach what lies behind this server."`
	Strict                  bool                        `hidden:"" env:"CASESTREAM_STRICT" help:"Fail loudly when an answer is not in AWS's model. For tests."`
	LogFormat               string                      `default:"text" enum:"text,json" env:"CASESTREAM_LOG_FORMAT" help:"How log lines are written: text or json."`
}

// dataDefault is the folder that a server keeps its data in when nobody names one.
func dataDefault() string {
	if dir, err := os.UserHomeDir(); err == nil && dir != "" {
		return filepath.Join(dir, ".casestream")
	}
	return "casestream-data"
}

// The forms of an account and of a Region.
var (
	accountForm = regexp.MustCompile(`^\d{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d+$`)
)

// check refuses settings that contradict themselves or would expose the server.
func (c *config) check() error {
	switch {
	case !accountForm.MatchString(c.Account):
		return fmt.Errorf("--account=%s: an AWS account is 12 digits", c.Account)
	case !regionForm.MatchString(c.Region):
		return fmt.Errorf("--region=%s: not an AWS Region", c.Region)
	case (c.AccessKey == "") != (c.SecretKey == ""):
		return errors.New("--access-key-id and --secret-access-key go together")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.TraceFor < 0:
		return errors.New("--trace-for must not be negative")
	case c.TraceEvents < 0:
		return errors.New("--trace-events must not be negative")
	case c.TraceBytes < 0:
		return errors.New("--trace-bytes must not be negative")
	case c.Ephemeral && c.Store != "":
		return errors.New("--ephemeral keeps everything in a temporary folder: it takes no --store")
	}
	if err := errors.Join(c.CasesQuota.check("--cases-quota"), c.EventsQuota.check("--events-quota")); err != nil {
		return err
	}
	if _, _, err := c.remotePlaces(); err != nil {
		return err
	}
	if c.DebugListen != "" {
		if host, _, err := net.SplitHostPort(c.DebugListen); err != nil || !isLoopback(host) {
			return fmt.Errorf("--debug-listen=%s: want an address on the loopback interface", c.DebugListen)
		}
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen=%s: %w", c.Listen, err)
	}
	if isLoopback(host) {
		return nil
	}
	switch {
	case c.Dev:
		return fmt.Errorf("--dev takes any key, so it serves only the loopback interface, not %s", c.Listen)
	case c.TLSCert == "" && !c.InsecureHTTP:
		return fmt.Errorf("%s is reachable from outside: give --tls-cert and --tls-key, or --insecure-http behind a proxy that adds TLS", c.Listen)
	}
	return nil
}

// isLoopback says whether a host to listen on is reachable from this machine only.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// engine gives the database that the settings name.
func (c *config) engine() (store.Engine, string, error) {
	kind, rest, _ := strings.Cut(c.Store, ":")
	switch {
	case c.Store == "":
		return sqlite.Engine{}, filepath.Join(c.Data, "casestream.db"), nil
	case kind == "sqlite" && rest != "":
		return sqlite.Engine{}, rest, nil
	case (kind == "postgres" || kind == "postgresql") && strings.HasPrefix(rest, "//"):
		return postgres.Engine{}, c.Store, nil
	case kind == "postgres" && rest != "":
		return postgres.Engine{}, rest, nil
	}
	return nil, "", fmt.Errorf("--store=%s: want sqlite:PATH or postgres:DSN", c.Store)
}

// logger makes the server's logger.
func (c *config) logger(s streams) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // kong has checked it: only a zero config comes here
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.err, opts))
	}
	return slog.New(slog.NewTextHandler(s.err, opts))
}
