package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/casestream/casestream/client"
)

// follower reads what comes, by an operation that takes a cursor and waits. It survives a server that stops and starts
// again, and goes on where it was, so that nothing is lost within what the server keeps.
type follower[T any] struct {
	api       ownAPI
	operation string        // TailEvents
	list      string        // the member of its answers: Events
	members   client.Object // which of them
	begin     client.Object // members of the first call alone
	missed    string        // what to say when the server has come to the end of what it keeps
	note      func(text string)
	cursor    string
}

// eventFollower makes a follower of events that begins with the last ones of those that are there.
func eventFollower(api ownAPI, members client.Object, last int, note func(text string)) *follower[tracedEvent] {
	return &follower[tracedEvent]{
		api: api, operation: "TailEvents", list: "Events", members: members, begin: client.Object{"LastEvents": last}, note: note,
		missed: "Events are missing here: the server has come to the end of what it keeps.",
	}
}

// The waits of a follower.
const (
	followWait  = 20 // seconds that one call waits
	followRetry = 200 * time.Millisecond
	followSlow  = 5 * time.Second // at most between two attempts to reach the server
)

// run gives what comes to take, in their order, until the context ends, which is no error, or take gives one.
func (f *follower[T]) run(ctx context.Context, take func([]T) error) error {
	pause := followRetry
	for ctx.Err() == nil {
		list, err := f.read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && (f.cursor == "" || final(err)):
			return err
		case err != nil:
			if pause == followRetry {
				f.note("The server does not answer; trying again until it does: " + harmless(err.Error()))
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
			pause = min(2*pause, followSlow)
			continue
		case pause > followRetry:
			pause = followRetry
			f.note("The server answers again.")
		}
		if err := take(list); err != nil {
			return err
		}
	}
	return nil
}

// read asks once. The first call does not wait, so that it is known soon where to go on.
func (f *follower[T]) read(ctx context.Context) ([]T, error) {
	in := client.Object{}
	maps.Copy(in, f.members)
	if f.cursor == "" {
		maps.Copy(in, f.begin)
	} else {
		in["Cursor"], in["WaitTimeSeconds"] = f.cursor, followWait
	}
	var answer json.RawMessage
	if err := f.api.call(ctx, f.operation, in, &answer); err != nil {
		return nil, err
	}
	var state struct {
		Cursor string
		Missed bool
	}
	var members map[string]json.RawMessage
	var list []T
	err := errors.Join(json.Unmarshal(answer, &state), json.Unmarshal(answer, &members))
	if err == nil {
		err = json.Unmarshal(members[f.list], &list)
	}
	if err != nil {
		return nil, fmt.Errorf("the answer of %s: %w", f.operation, err)
	}
	if f.cursor = state.Cursor; state.Missed {
		f.note(f.missed)
	}
	return list, nil
}

// final says whether a failure stays one: the server has said no.
func final(err error) bool {
	refused, ok := errors.AsType[*client.Error](err)
	return ok && refused.Status < 500
}
