package queue

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Redrive says where messages go that were received too often.
type Redrive struct {
	TargetARN   string `json:"deadLetterTargetArn"`
	MaxReceives int    `json:"maxReceiveCount"`
}

// RedriveAllow says which queues may use a queue for their dead letters.
type RedriveAllow struct {
	Permission string   `json:"redrivePermission"`
	Sources    []string `json:"sourceQueueArns,omitempty"`
}

// Values of RedriveAllow.Permission.
const (
	allowAll     = "allowAll"
	denyAll      = "denyAll"
	allowByQueue = "byQueue"
)

// Limits on the two policies.
const (
	maxMaxReceives = 1000
	maxSources     = 10
)

// badRedrive says what is wrong with one of the two policies.
func badRedrive(name, text, reason string) error { return parameterValue(text, name, reason) }

// noRedrive says that a text is neither of the two policies.
func noRedrive(name, reason string) error {
	return parameter("Invalid value for the parameter " + name + ". Reason: " + reason)
}

// parseRedrive reads a redrive policy; its count may be a number or a text.
func parseRedrive(text string) (*Redrive, error) {
	var in map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &in); err != nil || in == nil {
		return nil, noRedrive(attrRedrive, "Redrive policy is not a valid JSON map.")
	}
	for _, name := range [...]string{"maxReceiveCount", "deadLetterTargetArn"} {
		if _, ok := in[name]; !ok {
			return nil, badRedrive(attrRedrive, text, "Redrive policy does not contain mandatory attribute: "+name+".")
		}
	}
	if len(in) > 2 {
		return nil, badRedrive(attrRedrive, text, "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].")
	}
	count := string(in["maxReceiveCount"])
	if s, err := strconv.Unquote(count); err == nil {
		count = s
	}
	r := &Redrive{}
	var err error
	if r.MaxReceives, err = strconv.Atoi(count); err != nil || r.MaxReceives < 1 || r.MaxReceives > maxMaxReceives {
		return nil, badRedrive(attrRedrive, text, "Invalid value for maxReceiveCount: "+count+", valid values are from 1 to 1000 both inclusive.")
	}
	err = json.Unmarshal(in["deadLetterTargetArn"], &r.TargetARN)
	if _, ok := arn.Parse(r.TargetARN); err != nil || !ok {
		return nil, badRedrive(attrRedrive, text, "Dead-letter target ARN should be fully qualified ARN.")
	}
	return r, nil
}

// parseRedriveAllow reads a policy about who may use a queue for dead letters.
func parseRedriveAllow(text string) (*RedriveAllow, error) {
	const cannot = "Amazon SQS can't create the redrive allow policy"
	var r RedriveAllow
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&r)
	if _, end := d.Token(); err != nil || end != io.EOF || r.Permission != allowAll && r.Permission != denyAll && r.Permission != allowByQueue {
		return nil, noRedrive(attrRedriveAllow, cannot+", as it’s in an unsupported format.")
	}
	switch {
	case r.Permission != allowByQueue && r.Sources != nil:
		return nil, badRedrive(attrRedriveAllow, text, cannot+". To specify one or more source queue ARNs, you must set redrivePermission to byQueue.")
	case r.Permission == allowByQueue && len(r.Sources) == 0:
		return nil, badRedrive(attrRedriveAllow, text, cannot+". When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.")
	case len(r.Sources) > maxSources:
		return nil, badRedrive(attrRedriveAllow, text, cannot+". The maximum number of source queue ARNs you can specify is 10.")
	}
	return &r, nil
}

// allows says whether a queue may use the policy's owner for its dead letters.
func (r *RedriveAllow) allows(sourceARN string) bool {
	return r == nil || r.Permission == allowAll || r.Permission == allowByQueue && slices.Contains(r.Sources, sourceARN)
}

// checkRedrive checks the two policies among the attributes given for a queue, and the queue that the
// redrive policy points to. It puts the policies into the form that is stored.
func (s *Queues) checkRedrive(tx *store.Tx, name string, fifo bool, given map[string]string) error {
	if text := given[attrRedriveAllow]; text != "" {
		if _, err := parseRedriveAllow(text); err != nil {
			return err
		}
	}
	text := given[attrRedrive]
	if text == "" {
		return nil
	}
	r, err := parseRedrive(text)
	if err != nil {
		return err
	}
	if why := s.unreachable(r.TargetARN); why != "" {
		return badRedrive(attrRedrive, text, why)
	}
	own := s.cfg.ARNs.Make("sqs", name)
	if r.TargetARN != own { // a queue may be its own dead-letter queue
		target, err := s.ByARN(tx, r.TargetARN)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return badRedrive(attrRedrive, text, "Dead letter target does not exist.")
		case err != nil:
			return err
		case target.FIFO != fifo:
			return badRedrive(attrRedrive, text, "Dead-letter queue must be same type of queue as the source..")
		case !target.RedriveAllow.allows(own):
			return badRedrive(attrRedrive, text, "The dead letter target's RedriveAllowPolicy does not allow this queue.")
		}
	}
	stored, err := json.Marshal(r)
	if err != nil {
		return err
	}
	given[attrRedrive] = string(stored)
	return nil
}

// unreachable says why no queue of this account and Region can have dead letters where an ARN leads; empty:
// one can.
func (s *Queues) unreachable(target string) string {
	switch a, _ := arn.Parse(target); {
	case a.Service != "sqs":
		return "Only SQS queues are valid resources for deadLetterTargetArn."
	case a.Region != s.cfg.ARNs.Region:
		return "Dead-letter target must be in same region as the source."
	case a.Account != s.cfg.ARNs.Account:
		return "Dead-letter target owner should be same as the source."
	}
	return ""
}
