package queue

import (
	"encoding/json"
	"slices"
	"strconv"

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

// defaultMaxReceives stands in for a redrive policy's missing maxReceiveCount.
const defaultMaxReceives = 10

// badRedrive says what is wrong with one of the two policies.
func badRedrive(name, text, reason string) error { return parameterValue(text, name, reason) }

// parseRedrive reads a redrive policy; its count may be a number or a text.
func parseRedrive(text string) (*Redrive, error) {
	var in struct {
		Target string          `json:"deadLetterTargetArn"`
		Count  json.RawMessage `json:"maxReceiveCount"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, badRedrive(attrRedrive, text, "Redrive policy is not a valid JSON map.")
	}
	if _, ok := arn.Parse(in.Target); !ok {
		return nil, badRedrive(attrRedrive, text, "Invalid value for deadLetterTargetArn.")
	}
	r := &Redrive{TargetARN: in.Target, MaxReceives: defaultMaxReceives}
	if len(in.Count) > 0 {
		count := string(in.Count)
		if s, err := strconv.Unquote(count); err == nil {
			count = s
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > 1000 {
			return nil, badRedrive(attrRedrive, text, "Invalid value for maxReceiveCount: "+count+", valid values are from 1 to 1000 both inclusive.")
		}
		r.MaxReceives = n
	}
	return r, nil
}

// parseRedriveAllow reads a policy about who may use a queue for dead letters.
func parseRedriveAllow(text string) (*RedriveAllow, error) {
	var r RedriveAllow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return nil, badRedrive(attrRedriveAllow, text, "Redrive allow policy is not a valid JSON map.")
	}
	switch r.Permission {
	case allowAll, denyAll:
		if len(r.Sources) > 0 {
			return nil, badRedrive(attrRedriveAllow, text, "sourceQueueArns may only be given with the redrivePermission byQueue.")
		}
	case allowByQueue:
		if len(r.Sources) < 1 || len(r.Sources) > 10 {
			return nil, badRedrive(attrRedriveAllow, text, "The redrivePermission byQueue needs 1 to 10 sourceQueueArns.")
		}
	default:
		return nil, badRedrive(attrRedriveAllow, text, "redrivePermission must be allowAll, denyAll or byQueue.")
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
	own := s.cfg.ARNs.Make("sqs", name)
	if r.TargetARN != own { // a queue may be its own dead-letter queue
		target, err := s.ByARN(tx, r.TargetARN)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return badRedrive(attrRedrive, text, "Dead letter target does not exist.")
		case err != nil:
			return err
		case target.FIFO != fifo:
			return badRedrive(attrRedrive, text, "Dead letter target must be of the same type as the source queue.")
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
