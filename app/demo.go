package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/client/seed"
	"github.com/casestream/casestream/gateway"
)

// demoCmd is `casestream demo`.
type demoCmd struct {
	LogLevel string `default:"error" enum:"debug,info,warn,error" help:"Log level of the demo's server."`
}

// Run starts a server in a temporary folder, does the set-up of case event streams through its public API
// and shows each event that arrives in the queue.
func (c *demoCmd) Run(ctx context.Context, s streams) error {
	cfg := config{Ephemeral: true, Account: "111122223333", Region: "us-east-1", Listen: "127.0.0.1:0", LogLevel: c.LogLevel}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}
	cfg.Listen = listener.Addr().String()
	began := time.Now()
	srv, err := newServer(ctx, cfg, gateway.NewListener(ctx, listener), cfg.logger(s))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- srv.run(ctx) }()
	d := &demo{
		out:    s.out,
		seed:   seed.Seed{Client: &client.Client{Base: cfg.url(), Region: cfg.Region, Key: srv.key}, Account: cfg.Account},
		server: fmt.Sprintf("A server on %s, with its store in a temporary folder, ready after %s.", cfg.url(), ms(time.Since(began))),
	}
	err = d.run(ctx)
	stop()
	if stopErr := <-stopped; err == nil {
		err = stopErr
	}
	return err
}

// demo shows the set-up and the events.
type demo struct {
	out    io.Writer
	seed   seed.Seed
	server string
	step   int
}

// The steps of the set-up, as the AWS documentation of case event streams numbers them.
const demoSteps = 5

// say prints the next step of the demo.
func (d *demo) say(text string) {
	d.step++
	fmt.Fprintf(d.out, "[%d/%d] %s\n", d.step, demoSteps, text)
}

// note prints a detail of the current step.
func (d *demo) note(format string, args ...any) {
	fmt.Fprintf(d.out, "      "+format+"\n", args...)
}

// run does the five steps and then what an agent would do.
func (d *demo) run(ctx context.Context) error {
	fmt.Fprintln(d.out, d.server)
	steps := []struct {
		title string
		do    func(context.Context) error
		note  func()
	}{
		{"An Amazon Connect instance with Customer Profiles", d.seed.Instance, func() {
			d.note("instance %s, profile %s", d.seed.InstanceID, d.seed.ProfileARN)
		}},
		{"A Cases domain on the instance", d.seed.Domain, func() { d.note("%s", d.seed.DomainARN) }},
		{"A case template, and a field of our own", d.seed.Template, func() { d.note("template %s, field %s", d.seed.TemplateID, d.seed.FieldID) }},
		{"Case event streams: domain → EventBridge rule → SQS queue", d.seed.Stream, func() { d.note("%s", d.seed.QueueURL) }},
	}
	for _, s := range steps {
		d.say(s.title)
		if err := s.do(ctx); err != nil {
			return err
		}
		s.note()
	}
	d.say("A case is created, updated, commented on, linked to a contact and deleted")
	fmt.Fprintln(d.out)
	return d.events(ctx)
}

// events acts as an agent would and shows what arrives in the queue for each act.
func (d *demo) events(ctx context.Context) error {
	acts := []struct {
		name string
		do   func(context.Context) error
	}{
		{"CreateCase", d.seed.CreateCase},
		{"UpdateCase", d.seed.UpdateCase},
		{"CreateRelatedItem (Comment)", d.seed.Comment},
		{"CreateRelatedItem (Contact)", d.seed.Contact},
		{"DeleteCase", d.seed.DeleteCase},
	}
	var update time.Duration
	for _, act := range acts {
		began := time.Now()
		if err := act.do(ctx); err != nil {
			return err
		}
		body, err := d.seed.Receive(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", act.name, err)
		}
		took := time.Since(began)
		if act.name == "UpdateCase" {
			update = took
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(body), "  ", "  "); err != nil {
			return fmt.Errorf("the queue gave a body that is no JSON: %w", err)
		}
		fmt.Fprintf(d.out, "%s → received after %s:\n  %s\n\n", act.name, ms(took), pretty.String())
	}
	fmt.Fprintf(d.out, "%d changes, %d events, none missing. From UpdateCase to ReceiveMessage: %s, and both the change and its event were on disk before UpdateCase answered.\n",
		len(acts), len(acts), ms(update))
	fmt.Fprintln(d.out, "Now run it yourself: `casestream serve`, and the README's session with the AWS CLI.")
	return nil
}

// ms shows a duration to the tenth of a millisecond.
func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
