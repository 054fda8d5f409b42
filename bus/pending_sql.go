package bus

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/casestream/casestream/store"
)

// pendingSettings is what a row of bus_delivery keeps as JSON: all that no statement looks at.
type pendingSettings struct {
	EventID       string          `json:"id"`
	Account       string          `json:"account,omitempty"`
	Region        string          `json:"region,omitempty"`
	TraceHeader   string          `json:"traceHeader,omitempty"`
	Bus           string          `json:"bus"`
	Rule          string          `json:"rule"`
	RuleARN       string          `json:"ruleArn"`
	TargetID      string          `json:"target"`
	TargetARN     string          `json:"targetArn"`
	RoleARN       string          `json:"roleArn,omitempty"`
	GroupID       string          `json:"group,omitempty"`
	DeadLetterARN string          `json:"deadLetterArn,omitempty"`
	HTTP          *HTTPParameters `json:"http,omitempty"`
	Retries       int             `json:"retries"`
	Trace         int64           `json:"trace,omitempty"`
	TraceTarget   int64           `json:"traceTarget,omitempty"`
}

// failure is what a row keeps of its last attempt, as JSON.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// pendingRows appends deliveries to the outbox.
var pendingRows = store.NewMany(`INSERT INTO bus_delivery (lane, key, hold, due_at, accepted_at, expires_at, attempts, failure, settings, event, body) VALUES `,
	`(?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?)`, ``)

// insertPending appends deliveries in their order.
func insertPending(tx *store.Tx, list []outgoing) error {
	args := pendingRows.Args(len(list))
	for i := range list {
		o := &list[i]
		retries, age := o.target.Retry.bounds()
		settings, err := json.Marshal(pendingSettings{
			EventID: o.Event.ID, Account: o.Event.Account, Region: o.Event.Region, TraceHeader: o.Event.TraceHeader,
			Bus: o.BusName, Rule: o.RuleName, RuleARN: o.RuleARN, TargetID: o.TargetID, TargetARN: o.TargetARN, RoleARN: o.RoleARN,
			GroupID: o.MessageGroupID, DeadLetterARN: o.DeadLetterARN, HTTP: o.HTTP, Retries: retries,
			Trace: o.trace.number(), TraceTarget: int64(o.place),
		})
		if err != nil {
			return err
		}
		var body []byte // NULL: it is the event
		if !o.target.input.whole() {
			body = o.Body
		}
		hold := 0
		if o.holds() {
			hold = 1
		}
		args = append(args, o.lane, o.key, hold, dueFresh, tx.Micros(), tx.Now().Add(age).UnixMicro(), string(settings), o.envelope, body)
	}
	return pendingRows.Exec(tx, args)
}

// pendingColumns are what scanPending reads.
const pendingColumns = `position, lane, key, hold, due_at, accepted_at, expires_at, attempts, failure, settings, event, body`

// The reads of the outbox; each takes its last argument for the limit.
const (
	// By position alone, PostgreSQL would read its way through all that waits for other lanes.
	freshPending = `SELECT ` + pendingColumns + ` FROM bus_delivery WHERE lane = ? AND due_at /*at most*/= 0
		AND (due_at, position) > (0, ?) AND position > ? ORDER BY due_at, position LIMIT ?`
	duePending = `SELECT ` + pendingColumns + ` FROM bus_delivery WHERE lane = ? AND due_at > 0 AND due_at <= ? ORDER BY due_at, position LIMIT ?`

	expiredPending = `SELECT ` + pendingColumns + ` FROM bus_delivery WHERE lane = ? AND expires_at <= ? ORDER BY expires_at, position LIMIT ?`
)

// listPending reads a page of the outbox, of at most limit deliveries and pendingBytes.
func listPending(tx *store.Tx, query string, args []any, limit int) (page Pendings, err error) {
	bytes := 0
	err = tx.Each(query, args, func(scan store.Scan) error {
		if page.More = len(page.List) == limit || bytes >= pendingBytes; page.More {
			return store.ErrEnough
		}
		p, err := scanPending(scan)
		if err != nil {
			return err
		}
		bytes += len(p.envelope)
		if len(p.Body) > 0 && &p.Body[0] != &p.envelope[0] {
			bytes += len(p.Body)
		}
		page.List = append(page.List, p)
		return nil
	})
	return page, err
}

// scanPending reads a row of pendingColumns.
func scanPending(scan store.Scan) (*Pending, error) {
	p := new(Pending)
	var due, accepted, expires, hold int64
	var failed, settings string
	var event, body store.RawBytes
	if err := scan(&p.Position, &p.Lane, &p.Key, &hold, &due, &accepted, &expires, &p.Attempts, &failed, &settings, &event, &body); err != nil {
		return nil, err
	}
	var s pendingSettings
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return nil, err
	}
	if failed != "" {
		var f failure
		if err := json.Unmarshal([]byte(failed), &f); err != nil {
			return nil, err
		}
		p.Code, p.Message = f.Code, f.Message
	}
	p.Hold, p.Retries = hold == 1, s.Retries
	p.trace, p.traceTarget = s.Trace, s.TraceTarget
	p.Accepted, p.Expires = time.UnixMicro(accepted).UTC(), time.UnixMicro(expires).UTC()
	if due != dueFresh && due != dueParked {
		p.Due = time.UnixMicro(due).UTC()
	}
	text := slices.Clone([]byte(event))
	p.Delivery = Delivery{
		Event:   &Event{ID: s.EventID, Account: s.Account, Region: s.Region, TraceHeader: s.TraceHeader},
		BusName: s.Bus, RuleName: s.Rule, RuleARN: s.RuleARN, TargetID: s.TargetID, TargetARN: s.TargetARN, RoleARN: s.RoleARN,
		MessageGroupID: s.GroupID, DeadLetterARN: s.DeadLetterARN, HTTP: s.HTTP,
		Body: text, envelope: text, lane: p.Lane,
	}
	if body != nil {
		p.Body = slices.Clone([]byte(body))
	}
	return p, nil
}

// nextPending tells when the first delivery of a lane is due that is not yet; the zero time when there is none.
func nextPending(tx *store.Tx, lane int64) (at time.Time, err error) {
	var micros int64
	found, err := tx.Get(`SELECT due_at FROM bus_delivery WHERE lane = ? AND due_at > ? AND due_at < ? ORDER BY due_at LIMIT 1`,
		[]any{lane, tx.Micros(), int64(dueParked)}, &micros)
	if found {
		at = time.UnixMicro(micros).UTC()
	}
	return at, err
}

// firstOfKey gives the position of the first delivery that waits in a lane with a key that holds; 0: there is none.
func firstOfKey(tx *store.Tx, lane int64, key string) (position int64, err error) {
	_, err = tx.Get(`SELECT position FROM bus_delivery WHERE lane = ? AND key = ? AND hold = 1 ORDER BY position LIMIT 1`,
		[]any{lane, key}, &position)
	return position, err
}

// parkOne parks a delivery that was not tried and has another one of its key before it. The condition is asked again:
// that one may have gone meanwhile, and then nobody would ever unpark this.
const parkOne = `UPDATE bus_delivery SET due_at = ? WHERE position = ? AND due_at = 0 AND EXISTS (
	SELECT 1 FROM bus_delivery d WHERE d.lane = bus_delivery.lane AND d.key = bus_delivery.key AND d.hold = 1 AND d.position < bus_delivery.position)`

// park parks deliveries of a lane that were met behind another one of their key.
func park(tx *store.Tx, lane int64, positions []int64) error {
	if err := lockLane(tx, lane); err != nil {
		return err
	}
	for _, p := range positions {
		if _, err := tx.Exec(parkOne, int64(dueParked), p); err != nil {
			return err
		}
	}
	return nil
}

// unpark lets the first delivery of a key go, if it is parked.
func unpark(tx *store.Tx, lane int64, key string) error {
	if err := lockLane(tx, lane); err != nil {
		return err
	}
	first, err := firstOfKey(tx, lane, key)
	if err == nil && first != 0 {
		_, err = tx.Exec(`UPDATE bus_delivery SET due_at = 0 WHERE position = ? AND due_at = ?`, first, int64(dueParked))
	}
	return err
}

// struckOff removes deliveries.
var struckOff = store.NewIn[int64](`DELETE FROM bus_delivery WHERE position IN `, ` RETURNING position`)

// strikeOff removes deliveries and gives those that were there.
func strikeOff(tx *store.Tx, positions []int64) (map[int64]bool, error) {
	struck := make(map[int64]bool, len(positions))
	err := struckOff.Each(tx, positions, nil, func(scan store.Scan) error {
		var position int64
		err := scan(&position)
		struck[position] = true
		return err
	})
	return struck, err
}

// putOffPending stores when a delivery is to be tried again, and why; no, when somebody else has tried it meanwhile.
func putOffPending(tx *store.Tx, o *Outcome) (bool, error) {
	text, err := json.Marshal(failure{Code: o.Code, Message: o.Message})
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE bus_delivery SET due_at = ?, attempts = ?, failure = ? WHERE position = ? AND attempts = ?`,
		min(o.Next.UnixMicro(), o.Expires.UnixMicro()), o.attempts(), string(text), o.Position, o.Attempts)
	return n > 0, err
}
