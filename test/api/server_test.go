package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connectcases"
	"github.com/aws/aws-sdk-go-v2/service/customerprofiles"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/jackc/pgx/v5"
)

// What every server here is told.
const (
	account = "111122223333"
	region  = "us-east-1"
)

// key is the access key of every server here.
var key = aws.Credentials{AccessKeyID: "AKIAAPITESTAPITEST01", SecretAccessKey: "api-test-api-test-api-test-api-test-api-1"}

// postgres names a PostgreSQL server to test on too; empty: SQLite only.
var postgres = os.Getenv("CASESTREAM_TEST_PG")

// engines gives the stores to test on.
func engines() []string {
	if postgres == "" {
		return []string{"sqlite"}
	}
	return []string{"sqlite", "postgres"}
}

// server is a running server and AWS's clients for it.
type server struct {
	addr string
	args []string
	undo func() error // removes what it stored
	cmd  *exec.Cmd
	out  bytes.Buffer // what the process printed; read it only once it has ended

	clients
	casesOnce sync.Once
	fixture   fixture
}

// clients are AWS's clients, without retries, so that every error shows.
type clients struct {
	cases    *connectcases.Client
	events   *eventbridge.Client
	sqs      *sqs.Client
	connect  *connect.Client
	profiles *customerprofiles.Client
	sts      *sts.Client
	logs     *cloudwatchlogs.Client
}

// clientsFor makes the clients of a server for an access key.
func clientsFor(addr string, k aws.Credentials) clients {
	cfg := aws.Config{
		Region: region, BaseEndpoint: aws.String("http://" + addr),
		Credentials: credentials.StaticCredentialsProvider{Value: k},
		HTTPClient:  steady{&http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}},
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	return clients{
		cases: connectcases.NewFromConfig(cfg), events: eventbridge.NewFromConfig(cfg), sqs: sqs.NewFromConfig(cfg),
		connect: connect.NewFromConfig(cfg), profiles: customerprofiles.NewFromConfig(cfg), sts: sts.NewFromConfig(cfg),
		logs: cloudwatchlogs.NewFromConfig(cfg),
	}
}

// steady sends a request from memory. The SDK closes its own body as soon as an answer begins to arrive; when that
// is before net/http has looked whether the body has an end, as on the loopback interface it may be, net/http takes
// the SDK's answer to that look for a failed write and closes the connection in the middle of the answer.
type steady struct{ client *http.Client }

// Do sends a request.
func (s steady) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return s.client.Do(r)
}

// newServer starts a server on an empty store; flags come after its own.
func newServer(engine string, flags ...string) (*server, error) {
	dir, err := os.MkdirTemp("", "casestream-api-data-")
	if err != nil {
		return nil, err
	}
	s := &server{undo: func() error { return os.RemoveAll(dir) }}
	if s.addr, err = freeAddress(); err != nil {
		return nil, errors.Join(err, s.undo())
	}
	s.args = []string{
		"serve", "--listen", s.addr, "--data", dir, "--account", account, "--region", region, "--log-level", "error",
		"--access-key-id", key.AccessKeyID, "--secret-access-key", key.SecretAccessKey,
	}
	if engine == "postgres" {
		dsn, drop, err := newSchema()
		if err != nil {
			return nil, errors.Join(err, s.undo())
		}
		s.args = append(s.args, "--store", "postgres:"+dsn)
		s.undo = func() error { return errors.Join(drop(), os.RemoveAll(dir)) }
	}
	s.args = append(s.args, flags...)
	s.clients = clientsFor(s.addr, key)
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.undo())
	}
	return s, nil
}

// freeAddress gives a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// newSchema makes a schema of its own in the PostgreSQL server, and gives a DSN for it.
func newSchema() (dsn string, drop func() error, err error) {
	schema := fmt.Sprintf("api_%d_%d", os.Getpid(), unique.Add(1))
	exec := func(sql string) error {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, postgres)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, sql)
		return errors.Join(err, conn.Close(ctx))
	}
	u, err := url.Parse(postgres)
	if err != nil {
		return "", nil, fmt.Errorf("CASESTREAM_TEST_PG: %w", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String(), func() error { return exec("DROP SCHEMA " + schema + " CASCADE") }, exec("CREATE SCHEMA " + schema)
}

// start starts the process and waits until it is ready.
func (s *server) start() error {
	s.out.Reset()
	s.cmd = exec.Command(executable, s.args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		resp, err := http.Get("http://" + s.addr + "/readyz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
	err := errors.Join(s.cmd.Process.Kill(), s.cmd.Wait())
	return fmt.Errorf("%s did not get ready: %w\n%s", s.addr, err, s.out.Bytes())
}

// stop asks the process to end, and fails when it does not end well.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended with %w\n%s", err, s.out.Bytes())
	}
	return nil
}

// The servers that tests share, by engine.
var (
	sharedMu sync.Mutex
	servers  = map[string]*server{}
)

// shared gives the server of an engine that tests share.
func shared(t *testing.T, engine string) *server {
	t.Helper()
	sharedMu.Lock()
	defer sharedMu.Unlock()
	s := servers[engine]
	if s == nil {
		var err error
		if s, err = newServer(engine); err != nil {
			t.Fatal(err)
		}
		servers[engine] = s
	}
	return s
}

// stopShared stops the shared servers and removes what they stored.
func stopShared() error {
	var err error
	for _, s := range servers {
		err = errors.Join(err, s.stop(), s.undo())
	}
	return err
}

// each runs a test against the shared server of each engine.
func each(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	t.Parallel()
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, shared(t, engine))
		})
	}
}

// alone runs a test against a server of its own on each engine.
func alone(t *testing.T, test func(t *testing.T, s *server), flags ...string) {
	t.Helper()
	t.Parallel()
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s, err := newServer(engine, flags...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := errors.Join(s.stop(), s.undo()); err != nil {
					t.Error(err)
				}
			})
			test(t, s)
		})
	}
}

// unique counts the names that were given out.
var unique atomic.Int64

// name gives a name that no other test uses.
func name(prefix string) string { return fmt.Sprintf("%s-%d", prefix, unique.Add(1)) }
