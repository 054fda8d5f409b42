package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/base/obs"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/courier"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/loggroup"
	"github.com/casestream/casestream/queue"
	"github.com/casestream/casestream/store"
	"github.com/casestream/casestream/svc/casestream"
	"github.com/casestream/casestream/svc/connectcases"
	"github.com/casestream/casestream/target/webhook"
	"github.com/casestream/casestream/wire/sigv4"
)

// serveCmd is `casestream serve`.
type serveCmd struct {
	Config config `embed:""`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, s streams) error {
	if err := c.Config.check(); err != nil {
		return err
	}
	log := c.Config.logger(s)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Config.Listen)
	if err != nil {
		return err
	}
	c.Config.Listen = listener.Addr().String()
	srv, err := newServer(ctx, c.Config, gateway.NewListener(ctx, listener), log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if c.Config.LogLevel == "info" || c.Config.LogLevel == "debug" {
		srv.welcome(s.err)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + forDisk)
	}
	return srv.run(ctx)
}

// forDisk is how many goroutines more than there are processors run Go code at once. One that waits for the disk counts
// among them until the runtime notices, and when it comes back it would have to wait for a place: on two processors that
// makes a commit a third longer.
const forDisk = 2

// server is a built server: every room, and what must be closed at the end.
type server struct {
	cfg          config
	log          *slog.Logger
	key          sigv4.Credentials
	newKey       bool
	temp         string // removed at the end
	db           *store.DB
	metrics      *obs.Registry
	bus          *bus.Bus
	queues       *queue.Queues
	courier      *courier.Courier
	logs         *loggroup.Groups
	destinations *destination.Destinations
	webhooks     *webhook.Remote
	cases        *connectcases.Service
	own          *casestream.Service
	http         *http.Server
	listener     *gateway.Listener
	broken       chan error // the store has stopped for good
}

// newServer opens the store and builds the rooms, bottom up. ctx bounds only the opening.
func newServer(ctx context.Context, cfg config, listener *gateway.Listener, log *slog.Logger) (srv *server, err error) {
	s := &server{cfg: cfg, log: log, listener: listener, metrics: obs.NewRegistry(), broken: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.cfg.Ephemeral {
		if s.temp, err = os.MkdirTemp("", "casestream-"); err != nil {
			return nil, err
		}
		s.cfg.Data = s.temp
	}
	if s.key, s.newKey, err = s.cfg.credentials(); err != nil {
		return nil, err
	}
	engine, dsn, err := s.cfg.engine()
	if err != nil {
		return nil, err
	}
	s.db, err = store.Open(ctx, engine, dsn, store.Options{Log: log, Metrics: s.metrics, OnBroken: func(err error) { s.broken <- err }})
	if err != nil {
		return nil, err
	}
	arns := arn.NewMaker(cfg.Account, cfg.Region)
	s.queues = queue.New(s.db, queue.Config{ARNs: arns, Log: log, Metrics: s.metrics, RecreateAfter: cfg.SQSRecreateAfter})
	s.logs = loggroup.New(s.db, loggroup.Config{ARNs: arns, Log: log, Metrics: s.metrics})
	remotes, err := s.remotes(ctx, arns)
	if err != nil {
		return nil, err
	}
	s.bus = bus.New(s.db, bus.Config{
		ARNs: arns, Log: log, Metrics: s.metrics, Locals: locals(s.queues, s.logs, arns), Outside: outside(remotes), Quotas: s.cfg.EventsQuota.room(),
		Trace: bus.TraceConfig{Keep: cfg.TraceFor, Events: cfg.TraceEvents, Bytes: cfg.TraceBytes},
	})
	s.courier = courier.New(courier.Config{Bus: s.bus, Remotes: remotes, Node: s.node(), Log: log, Metrics: s.metrics})
	handler, err := s.door(arns)
	if err != nil {
		return nil, err
	}
	s.http = &http.Server{
		Handler: handler,
		// A request must come within its time; an answer may take as long as a long poll and a slow client.
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: gateway.IdleTime,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// shutdownTime is how long a request that is under way may take to end.
const shutdownTime = 10 * time.Second

// run serves until ctx ends or the store breaks, and closes everything.
func (s *server) run(ctx context.Context) error {
	work, stopWork := context.WithCancel(ctx)
	defer stopWork()
	var background sync.WaitGroup
	background.Go(func() {
		if err := s.queues.Run(work); err != nil && work.Err() == nil {
			s.log.Error("queues", slog.Any("err", err))
		}
	})
	background.Go(func() {
		if err := s.cases.RunDeletions(work); err != nil && work.Err() == nil {
			s.log.Error("deleted domains", slog.Any("err", err))
		}
	})
	background.Go(func() {
		if err := s.cases.RunClocks(work); err != nil && work.Err() == nil {
			s.log.Error("SLA clocks", slog.Any("err", err))
		}
	})
	background.Go(func() { s.cases.RunSweep(work) })
	background.Go(func() { s.bus.RunReplays(work) })
	background.Go(func() { s.bus.RunArchiveSweep(work) })
	background.Go(func() { s.bus.RunSchedules(work) })
	background.Go(func() { s.courier.Run(work) })
	background.Go(func() { s.logs.RunSweep(work) })
	background.Go(func() { s.bus.RunTraceSweep(work) })
	background.Go(func() { s.own.Run(work) })
	background.Go(func() { s.destinations.RunAuthorizations(work, s.webhooks.Authorize) })
	background.Go(func() { giveBack(work) })
	if s.cfg.DebugListen != "" {
		background.Go(func() {
			if err := serveProfiles(work, s.cfg.DebugListen); err != nil {
				s.log.Error("profiles", slog.Any("err", err))
			}
		})
	}
	served := make(chan error, 1)
	go func() {
		if s.cfg.TLSCert != "" {
			served <- s.http.ServeTLS(s.listener, s.cfg.TLSCert, s.cfg.TLSKey)
		} else {
			served <- s.http.Serve(s.listener)
		}
	}()
	s.log.Info("serving", slog.String("url", s.cfg.url()), slog.String("store", s.db.Engine()), slog.String("version", Version))
	var err error
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case err = <-s.broken:
		err = fmt.Errorf("the store has stopped: %w", err)
	case err = <-served:
	}
	// Top down: first the long polls end, then the door closes, then the store.
	stopWork()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if shutErr := s.http.Shutdown(closing); shutErr != nil {
		err = errors.Join(err, shutErr, s.http.Close())
	}
	s.listener.Wait(closing)
	background.Wait()
	return errors.Join(err, s.close())
}

// close closes the store and removes a temporary folder.
func (s *server) close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}

// ready says whether the server can do its work: whether a commit still reaches the disk.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return s.db.Ping(ctx)
}

// welcome prints what to type next.
func (s *server) welcome(w io.Writer) {
	fmt.Fprintf(w, "Casestream %s serves the AWS APIs on %s for account %s in %s.\n", Version, s.cfg.url(), s.cfg.Account, s.cfg.Region)
	switch {
	case s.cfg.Dev:
		fmt.Fprintln(w, "Development mode: any access key is taken, and signatures are not looked at.")
	case s.newKey && s.temp == "":
		fmt.Fprintf(w, "Made an access key, kept in %s:\n  AWS_ACCESS_KEY_ID=%s\n  AWS_SECRET_ACCESS_KEY=%s\n", s.cfg.Data, s.key.AccessKeyID, s.key.SecretKey)
	}
	if s.temp != "" && s.cfg.AccessKey == "" && !s.cfg.Dev {
		text, err := (&config{Listen: s.cfg.Listen, Region: s.cfg.Region, AccessKey: s.key.AccessKeyID, SecretKey: s.key.SecretKey, TLSCert: s.cfg.TLSCert}).exports()
		if err == nil {
			fmt.Fprintf(w, "Everything lies in a temporary folder. In the shell of your AWS client, type:\n%s", text)
		}
		return
	}
	fmt.Fprintf(w, "In the shell of your AWS client, type:\n  eval \"$(casestream env%s)\"\n", s.cfg.envFlags())
}

// envFlags gives the flags that `casestream env` needs to find this server.
func (c *config) envFlags() string {
	flags := ""
	if c.Listen != "127.0.0.1:4566" {
		flags += " --listen " + quoted(c.Listen)
	}
	if c.Data != dataDefault() {
		flags += " --data " + quoted(c.Data)
	}
	if c.Region != "us-east-1" {
		flags += " --region " + c.Region
	}
	switch {
	case c.AccessKey != "": // who gave the key knows its secret, and who reads this need not
		flags += " --access-key-id " + quoted(c.AccessKey) + " --secret-access-key '<its secret>'"
	case c.Dev:
		flags += " --dev"
	}
	if c.InsecureHTTP {
		flags += " --insecure-http"
	}
	if c.TLSCert != "" {
		flags += " --tls-cert " + quoted(c.TLSCert) + " --tls-key " + quoted(c.TLSKey)
	}
	return flags
}
