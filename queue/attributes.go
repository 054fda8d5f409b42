package queue

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/policy"
)

// Names of attributes, as SQS spells them.
const (
	attrVisibilityTimeout = "VisibilityTimeout"
	attrDelay             = "DelaySeconds"
	attrMaxSize           = "MaximumMessageSize"
	attrRetention         = "MessageRetentionPeriod"
	attrWait              = "ReceiveMessageWaitTimeSeconds"
	attrPolicy            = "Policy"
	attrRedrive           = "RedrivePolicy"
	attrRedriveAllow      = "RedriveAllowPolicy"
	attrKMSKey            = "KmsMasterKeyId"
	attrKMSReuse          = "KmsDataKeyReusePeriodSeconds"
	attrManagedSSE        = "SqsManagedSseEnabled"
	attrFIFO              = "FifoQueue"
	attrContentDedup      = "ContentBasedDeduplication"
	attrDedupScope        = "DeduplicationScope"
	attrThroughput        = "FifoThroughputLimit"
)

// Values of attributes that are words.
const (
	yes         = "true"
	no          = "false"
	scopeQueue  = "queue"
	scopeGroup  = "messageGroup"
	limitQueue  = "perQueue"
	limitGroups = "perMessageGroupId"
)

// An attribute is one that clients may set.
type attribute struct {
	name string
	def  string // what a queue has that never set it; empty: absent
	fifo bool   // FIFO queues only
	// canonical gives the value as it is stored, and says whether it is one.
	canonical func(v string) (string, bool)
}

// settable lists the attributes in the order in which differences are told.
var settable = []attribute{
	{attrVisibilityTimeout, "30", false, number(0, 43200)},
	{attrDelay, "0", false, number(0, 900)},
	{attrMaxSize, "1048576", false, number(1024, 1048576)},
	{attrRetention, "345600", false, number(60, 1209600)},
	{attrWait, "0", false, number(0, 20)},
	{attrManagedSSE, yes, false, word(yes, no)},
	{attrPolicy, "", false, anyText},
	{attrRedrive, "", false, anyText},
	{attrRedriveAllow, "", false, anyText},
	{attrKMSKey, "", false, anyText},
	{attrKMSReuse, "", false, number(60, 86400)},
	{attrFIFO, yes, true, word(yes, no)},
	{attrContentDedup, no, true, word(yes, no)},
	{attrDedupScope, scopeQueue, true, exactly(scopeQueue, scopeGroup)},
	{attrThroughput, limitQueue, true, exactly(limitQueue, limitGroups)},
}

// readOnly lists the attributes that clients only read, besides settable.
var readOnly = []string{
	"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
	"CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
}

// IsAttribute says whether a queue has an attribute of the name that can be read.
func IsAttribute(name string) bool {
	return slices.Contains(readOnly, name) || slices.ContainsFunc(settable, func(a attribute) bool { return a.name == name })
}

// number makes the rule of an integer in a range.
func number(lo, hi int) func(string) (string, bool) {
	return func(v string) (string, bool) {
		n, err := strconv.Atoi(v)
		return strconv.Itoa(n), err == nil && n >= lo && n <= hi
	}
}

// word makes the rule of words whose case does not matter.
func word(words ...string) func(string) (string, bool) {
	return func(v string) (string, bool) {
		v = strings.ToLower(v)
		return v, slices.Contains(words, v)
	}
}

// exactly makes the rule of words as they are.
func exactly(words ...string) func(string) (string, bool) {
	return func(v string) (string, bool) { return v, slices.Contains(words, v) }
}

// anyText is the rule of attributes that are checked elsewhere.
func anyText(v string) (string, bool) { return v, true }

// unknownAttribute says that there is no attribute of the name.
func unknownAttribute(name string) error {
	return badName(name, "Unknown Attribute "+name+".")
}

// badName says that an attribute cannot be set.
func badName(name, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectAttributeName, ID: name, Msg: msg}
}

// badValue says that an attribute cannot have a value.
func badValue(name, reason string) error {
	msg := "Invalid value for the parameter " + name + "."
	if reason != "" {
		msg += " Reason: " + reason
	}
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectAttributeValue, ID: name, Msg: msg}
}

// parameter says that a parameter is refused.
func parameter(msg string) error {
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectParameter, Msg: msg}
}

// parameterValue says that a parameter's value is refused, in SQS's form.
func parameterValue(value, name, reason string) error {
	return parameter("Value " + value + " for parameter " + name + " is invalid. Reason: " + reason)
}

// canonicalAttributes checks the attributes that a client gives for a queue and puts their values into the
// form that is stored. It does not look at other queues.
func canonicalAttributes(given map[string]string, fifo bool) (map[string]string, error) {
	out := make(map[string]string, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(settable, func(a attribute) bool { return a.name == name })
		if i < 0 {
			return nil, unknownAttribute(name)
		}
		a := settable[i]
		if name == attrFIFO {
			if err := checkFIFOAttribute(given[name], fifo); err != nil {
				return nil, err
			}
		} else if a.fifo && !fifo {
			if name == attrContentDedup {
				return nil, unknownAttribute(name)
			}
			return nil, badName(name, "You can specify the "+name+" only when FifoQueue is set to true.")
		}
		v, ok := a.canonical(given[name])
		if !ok {
			return nil, badValue(name, "")
		}
		out[name] = v
	}
	if err := checkPolicy(out[attrPolicy]); err != nil {
		return nil, badPolicy(err)
	}
	if out[attrKMSKey] != "" && out[attrManagedSSE] == yes {
		return nil, badName(attrManagedSSE, "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.")
	}
	return out, nil
}

// checkFIFOAttribute refuses to change what kind of queue it is.
func checkFIFOAttribute(v string, fifo bool) error {
	v, ok := word(yes, no)(v)
	switch {
	case !ok:
		return badValue(attrFIFO, "")
	case v == no && !fifo:
		return unknownAttribute(attrFIFO)
	case (v == yes) != fifo:
		return badValue(attrFIFO, "Modifying queue type is not supported.")
	}
	return nil
}

// merge gives the attributes of a queue after some were set.
func merge(have, given map[string]string) (map[string]string, error) {
	out := maps.Clone(have)
	if out == nil {
		out = make(map[string]string, len(given))
	}
	for name, v := range given {
		if v == "" {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	// The two kinds of encryption exclude each other: setting one ends the other.
	if given[attrKMSKey] != "" {
		out[attrManagedSSE] = no
	} else if v, ok := given[attrKMSKey]; ok && v == "" || given[attrManagedSSE] == yes {
		delete(out, attrKMSKey)
		if given[attrManagedSSE] != no {
			delete(out, attrManagedSSE)
		}
	}
	if out[attrThroughput] == limitGroups && out[attrDedupScope] != scopeGroup {
		return nil, badValue(attrThroughput, "To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup.")
	}
	return out, nil
}

// value gives what an attribute of a queue is, set or not.
func (q *Queue) value(a attribute) string {
	if a.fifo && !q.FIFO {
		return ""
	}
	if v, ok := q.set[a.name]; ok {
		return v
	}
	return a.def
}

// Attributes gives a queue's attributes as clients read them, counts apart.
func (q *Queue) Attributes() map[string]string {
	out := map[string]string{
		"QueueArn":              q.ARN,
		"CreatedTimestamp":      strconv.FormatInt(q.Created.Unix(), 10),
		"LastModifiedTimestamp": strconv.FormatInt(q.Modified.Unix(), 10),
	}
	for _, a := range settable {
		if v := q.value(a); v != "" {
			out[a.name] = v
		}
	}
	if out[attrKMSReuse] == "300" {
		delete(out, attrKMSReuse) // as on AWS, the default is not told
	}
	return out
}

// parse reads the attributes into the fields that the room works with.
func (q *Queue) parse() error {
	q.FIFO = q.set[attrFIFO] == yes
	seconds := map[string]*time.Duration{
		attrVisibilityTimeout: &q.VisibilityTimeout, attrDelay: &q.Delay, attrRetention: &q.Retention, attrWait: &q.ReceiveWait,
	}
	for _, a := range settable {
		v := q.value(a)
		var err error
		if d, ok := seconds[a.name]; ok {
			var n int
			n, err = strconv.Atoi(v)
			*d = time.Duration(n) * time.Second
		}
		switch a.name {
		case attrMaxSize:
			q.MaxMessageSize, err = strconv.Atoi(v)
		case attrContentDedup:
			q.ContentDedup = v == yes
		case attrPolicy:
			if v != "" {
				q.Policy, err = policy.Parse(v)
			}
		case attrRedrive:
			if v != "" {
				q.Redrive, err = parseRedrive(v)
			}
		case attrRedriveAllow:
			if v != "" {
				q.RedriveAllow, err = parseRedriveAllow(v)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// firstDifference names the first of the given attributes that a queue has otherwise; empty: none.
func (q *Queue) firstDifference(given map[string]string) string {
	for _, a := range settable {
		v, ok := given[a.name]
		if !ok || v == q.value(a) {
			continue
		}
		if document := a.name == attrPolicy || a.name == attrRedriveAllow; !document || !sameJSON(v, q.value(a)) {
			return a.name
		}
	}
	return ""
}

// sameJSON says whether two texts are the same document, however it is laid out.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
