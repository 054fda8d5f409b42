package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// run holds servers against the model, call by call.
type run struct {
	servers  []*server
	w        *world
	done     []call         // all calls so far
	owed     [][]object     // by server: the events that must be in its queue
	kills    *rand.Rand     // nil: no kills
	killed   int            // how often a server was killed
	kept     int            // how many of those were carried out all the same
	open     int            // how many of those calls nobody heard the answer of
	watching string         // the domain that is beside the model; empty: none
	overdue  bool           // whether an SLA became overdue in it
	count    map[string]int // by operation and outcome
}

// newRun starts with servers that serve and hold nothing.
func newRun(ctx context.Context, servers ...*server) (*run, error) {
	for _, s := range servers {
		if err := s.stream(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return &run{servers: servers, w: &world{searches: map[string]*search{}}, owed: make([][]object, len(servers)), count: map[string]int{}}, nil
}

// answered is a server's answer, or why there is none.
type answered struct {
	answer
	err error
}

// step carries out one call everywhere and compares. Where kill says so, the servers die while they are at it.
func (r *run) step(ctx context.Context, c call, kill bool) error {
	o := operations[c.Op]
	r.pause()
	r.done = append(r.done, c)
	for _, s := range r.servers {
		if _, _, err := o.request(c.In, s.names); errors.Is(err, errUnknownInstant) {
			return nil // nobody can say this; it happens only when calls are left out
		}
	}
	before := r.readings(c)
	answers := make([]answered, len(r.servers))
	for i, s := range r.servers {
		answers[i] = r.send(ctx, s, c, kill)
	}
	want := r.w.expect(c)
	r.count[c.Op+" "+want.code]++
	after := r.readings(c)
	for i, s := range r.servers {
		if want.moved > 0 {
			s.names.extend(want.moved)
		}
		if kill {
			if err := r.recover(ctx, s, c, &answers[i], before, after); err != nil {
				return err
			}
			if want.moved > 0 { // the call may have been sent again, in a window of its own
				s.names.extend(want.moved)
			}
		}
		if answers[i].err != nil {
			return answers[i].err
		}
		if err := differ(s.name, c, answers[i].answer, want); err != nil {
			return err
		}
		r.owed[i] = append(r.owed[i], want.events...)
	}
	if err := r.agree(c, answers); err != nil {
		return err
	}
	if c.Op == "CreateCase" && want.code == "" {
		if err := r.learnReference(ctx, c, str(want.out, "caseId")); err != nil {
			return err
		}
	}
	if o.probe != nil && (kill || len(r.owed[0]) >= 8) {
		return r.drain(ctx)
	}
	return nil
}

// agree demands that servers give the same answer, down to the words of their errors.
func (r *run) agree(c call, answers []answered) error {
	first := -1
	for i, a := range answers {
		switch {
		case a.message == unheard:
		case first < 0:
			first = i
		case a.show() != answers[first].show():
			return fmt.Errorf("the servers disagree about %s %s:\n%s: %s\n%s: %s", c.Op, show(c.In),
				r.servers[first].name, answers[first].show(), r.servers[i].name, a.show())
		}
	}
	return nil
}

// unheard stands for the answer of a call that was carried out, and that nobody heard.
const unheard = "unheard"

// pause lets the clock move on, so that every instant tells which call it belongs to.
func (r *run) pause() {
	for _, s := range r.servers {
		if k := len(s.names.windows); k > 0 {
			time.Sleep(time.Until(time.UnixMilli(s.names.windows[k-1].to + 2)))
		}
	}
}

// send carries out a call on one server, which dies at some moment of it if kill says so.
func (r *run) send(ctx context.Context, s *server, c call, kill bool) answered {
	if !kill {
		a, err := s.send(ctx, c)
		return answered{a, err}
	}
	wait := time.Duration(r.kills.Int64N(int64(1500 * time.Microsecond)))
	heard := make(chan answered, 1)
	go func() {
		a, err := s.send(ctx, c)
		heard <- answered{a, err}
	}()
	timer := time.NewTimer(wait)
	<-timer.C
	s.kill()
	r.killed++
	return <-heard
}

// readings gives the calls that read what c changes, with what the model says to them now.
func (r *run) readings(c call) []reading {
	o := operations[c.Op]
	if o.probe == nil {
		return nil
	}
	var out []reading
	for _, p := range o.probe(r.w, c) {
		out = append(out, reading{p, r.w.expect(p)})
	}
	return out
}

// reading is a call that reads, and what the model says to it.
type reading struct {
	call
	want outcome
}

// recover starts a killed server again. A call whose answer nobody heard must have been carried out wholly or
// not at all; if not at all, it is carried out now.
func (r *run) recover(ctx context.Context, s *server, c call, a *answered, before, after []reading) error {
	if err := s.start(); err != nil {
		return err
	}
	if a.err == nil {
		return nil
	}
	if !errors.Is(a.err, errUnheard) {
		return a.err
	}
	r.open++
	if o := operations[c.Op]; o.makes != "" {
		s.names.pending = symbol(o.makes, c.N)
	}
	happened, err := s.decide(ctx, before, after)
	s.names.pending = ""
	if err != nil {
		return fmt.Errorf("after a kill during %s %s: %w", c.Op, show(c.In), err)
	}
	if happened {
		r.kept++
		a.err = nil
		a.answer = answer{message: unheard}
		return nil
	}
	again, err := s.send(ctx, c)
	*a = answered{again, err}
	return nil
}

// decide reads what an unheard call changes: all must be as it was before, or all as it is after.
func (s *server) decide(ctx context.Context, before, after []reading) (happened bool, err error) {
	var was, is error
	for i := range after {
		a, err := s.send(ctx, after[i].call)
		if err != nil {
			return false, err
		}
		is = errors.Join(is, differ(s.name, after[i].call, a, after[i].want))
		was = errors.Join(was, differ(s.name, before[i].call, a, before[i].want))
	}
	switch {
	case was == nil:
		return false, nil
	case is == nil:
		return true, nil
	}
	return false, fmt.Errorf("it is half done.\nNot as before: %w\nNot as after: %w", was, is)
}

// learnReference binds the number that a new case drew.
func (r *run) learnReference(ctx context.Context, c call, caseID string) error {
	in := read("GetCase", object{"domainId": c.In["domainId"], "caseId": caseID, "fields": identifiers([]string{"reference_number"})})
	for _, s := range r.servers {
		a, err := s.once(ctx, operations["GetCase"], in.In)
		if err != nil {
			return err
		}
		fields := list(a.out, "fields")
		if a.code == notFound {
			continue // a token can lead to a case that is deleted
		}
		if len(fields) != 1 || !numberForm.MatchString(valueOf(obj(fields[0], "value")).text()) {
			return fmt.Errorf("%s: the reference number of a new case is %s", s.name, show(a.out))
		}
		number := valueOf(obj(fields[0], "value")).text()
		of := strings.Replace(caseID, "case", "reference", 1)
		if other, taken := s.names.symbols[number]; taken && other != of {
			return errSameNumber
		}
		s.names.bind(of, number)
	}
	return nil
}

// errSameNumber says that two cases drew the same reference number, which they may, and which the test cannot
// tell apart.
var errSameNumber = errors.New("two cases drew the same reference number")

// drain takes the events out of the queues and compares: those of the successful changes, in order, no other.
func (r *run) drain(ctx context.Context) error {
	var first string
	for i, s := range r.servers {
		got, err := s.drain(ctx)
		if err != nil {
			return err
		}
		want := r.owed[i]
		r.owed[i] = nil
		if err := differEvents(s.name, got, want); err != nil {
			return err
		}
		if i == 0 {
			first = show(got)
		} else if told := show(got); told != first {
			return fmt.Errorf("the servers disagree about events:\n%s: %s\n%s: %s", r.servers[0].name, first, s.name, told)
		}
	}
	return nil
}

// expect applies a call to the model, and gives what it comes to in the form of decoded JSON.
func (w *world) expect(c call) outcome {
	o := refused(invalid)
	if wellFormed(c.In) && (!has(c.In, "nextToken") || w.searches[str(c.In, "nextToken")] != nil) {
		o = operations[c.Op].apply(w, c)
	}
	if o.code == "" {
		o.out = normal(o.out).(object)
	}
	for i := range o.events {
		o.events[i] = normal(o.events[i]).(object)
	}
	return o
}

// finish reads everything that should be there, and looks for events that should not.
func (r *run) finish(ctx context.Context) error {
	n := len(r.done)
	for _, c := range r.w.everything() {
		if err := r.step(ctx, c, false); err != nil {
			return err
		}
	}
	r.done = r.done[:n]
	if err := r.drain(ctx); err != nil || r.watching == "" {
		return err
	}
	return r.watchEnds(ctx)
}

// everything gives calls that read all that the model knows.
func (w *world) everything() []call {
	out := []call{read("ListDomains", object{})}
	for _, d := range w.domains {
		if d.name == watchedName {
			continue
		}
		of := func(op, member, id string) {
			in := object{"domainId": d.id}
			if member != "" {
				in[member] = id
			}
			out = append(out, read(op, in))
		}
		for _, op := range []string{"GetDomain", "ListFields", "ListLayouts", "ListTemplates", "ListCaseRules", "GetCaseEventConfiguration"} {
			of(op, "", "")
		}
		for _, f := range d.fields {
			out = append(out, read("BatchGetField", object{"domainId": d.id, "fields": identifiers([]string{f.id})}))
			if f.kind == "SingleSelect" {
				of("ListFieldOptions", "fieldId", f.id)
			}
		}
		for _, l := range d.layouts {
			of("GetLayout", "layoutId", l.id)
		}
		for _, t := range d.templates {
			of("GetTemplate", "templateId", t.id)
		}
		for _, r := range d.rules {
			out = append(out, read("BatchGetCaseRule", object{"domainId": d.id, "caseRules": identifiers([]string{r.id})}))
		}
		for _, k := range d.cases {
			out = append(out, probeCase(w, call{In: object{"domainId": d.id, "caseId": k.id}})...)
		}
		out = append(out, read("SearchCases", object{"domainId": d.id}), read("SearchAllRelatedItems", object{"domainId": d.id}))
	}
	return out
}
