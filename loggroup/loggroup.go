// Package loggroup keeps log groups as CloudWatch Logs has them: streams of events in groups, for as long as each
// group retains them, and reads and searches of what they hold. Events are appended in the caller's own transaction,
// so that one is there exactly when what it tells of is.
//
// It is not the API of CloudWatch Logs: svc/cloudwatchlogs reads requests and words answers. It has what a rule's
// target needs: no metrics, subscriptions, queries over several groups, encryption keys or data protection.
//
//	loggroup.go     Groups, what is wrong with requests, ARNs
//	group.go        log groups, retention, tags · group_sql.go their rows
//	stream.go       log streams · stream_sql.go their rows
//	event.go        events and the rules that PutLogEvents has for them · event_sql.go their rows
//	read.go         one stream, page by page · search.go a group, through a filter
//	filter.go       filter patterns: terms · filter_json.go patterns for JSON · filter_parse.go how these are read
//	policy.go       resource policies · policy_sql.go their rows
//	sweep.go        what goes by itself: events past their retention, those of deleted groups · sweep_sql.go its rows
package loggroup

import (
	"log/slog"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/policy"
	"github.com/casestream/casestream/store"
)

// Subjects of this room's faults: what they are about.
const (
	SubjectGroup  = "LogGroup"
	SubjectStream = "LogStream"
	SubjectPolicy = "ResourcePolicy"
	SubjectTags   = "Tags"
)

// Config is what Groups needs from outside. Log and Metrics may be nil.
type Config struct {
	ARNs    arn.Maker
	Log     *slog.Logger
	Metrics *obs.Registry
}

// Groups are all log groups of a store.
type Groups struct {
	db    *store.DB
	cfg   Config
	count counters

	mu     sync.RWMutex
	parsed map[string]*policy.Policy // resource policies, by their text
}

// New makes the log groups of a store.
func New(db *store.DB, cfg Config) *Groups {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = obs.NewRegistry()
	}
	return &Groups{db: db, cfg: cfg, count: newCounters(cfg.Metrics), parsed: make(map[string]*policy.Policy)}
}

// counters are what this room counts.
type counters struct {
	stored, removed *obs.Counter
}

// newCounters registers the counters.
func newCounters(r *obs.Registry) counters {
	return counters{
		stored:  r.Counter("casestream_log_events_stored_total", "Log events stored in a log group."),
		removed: r.Counter("casestream_log_events_removed_total", "Log events removed: past their retention, or of deleted log groups and streams."),
	}
}

// groupResource is what the resource part of a log group's ARN begins with.
const groupResource = "log-group:"

// ARN makes the ARN of a log group, without the ":*" that stands for its streams.
func (g *Groups) ARN(group string) string { return g.cfg.ARNs.Make("logs", groupResource+group) }

// StreamARN makes the ARN of a log stream.
func (g *Groups) StreamARN(group, stream string) string {
	return g.ARN(group) + ":log-stream:" + stream
}

// NameOf reads a log group's name from its ARN, with or without the ":*" behind it. It says no to the ARN of
// anything else, or of another account or Region.
func (g *Groups) NameOf(groupARN string) (string, bool) {
	groupARN = strings.TrimSuffix(groupARN, ":*")
	a, _ := arn.Parse(groupARN)
	name, ok := strings.CutPrefix(a.Resource, groupResource)
	return name, ok && isGroupName(name) && g.ARN(name) == groupARN
}

// invalid says that an input breaks a rule.
func invalid(msg string) error { return fault.New(fault.Invalid, msg) }

// storable says whether every database can hold a text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
