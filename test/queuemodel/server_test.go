package queuemodel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/wire/sigv4"
)

// The key, the account and the Region of the server.
var key = sigv4.Credentials{AccessKeyID: "AKIAMODELMODELMODEL1", SecretKey: "model-model-model-model-model-model-model"}

const account, region = "111122223333", "us-east-1"

// The queues: what was received maxReceives times goes from orders to dead, each of its kind.
const (
	standard    = "orders"
	dead        = "dead"
	fifo        = "orders.fifo"
	deadFIFO    = "dead.fifo"
	back        = "back.fifo" // where dead letters of the FIFO queue are moved: the queue itself would take them for new ones
	scrap       = "scrap"     // is purged
	maxReceives = 3
	usualHide   = 1 // the visibility timeout of all of them, in seconds
)

// server is a process of the built binary.
type server struct {
	client *client.Client
	binary string
	args   []string
	cmd    *exec.Cmd
	down   sync.RWMutex // held while the server starts: nobody begins a call then
}

// build makes the binary.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "casestream")
	if out, err := exec.Command("go", "build", "-o", path, "../../cmd/casestream").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// newServer makes a server that is not started, on a store of its own.
func newServer(t *testing.T, path, dsn string) *server {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	args := []string{
		"serve", "--listen", addr, "--data", t.TempDir(), "--account", account, "--region", region,
		"--access-key-id", key.AccessKeyID, "--secret-access-key", key.SecretKey, "--log-level", "error",
	}
	if dsn != "" {
		args = append(args, "--store", dsn)
	}
	return &server{binary: path, args: args, client: &client.Client{Base: "http://" + addr, Region: region, Key: key, HTTP: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: 30 * time.Second,
	}}}
}

// start starts the server and returns when it is ready.
func (s *server) start() error {
	s.cmd = exec.Command(s.binary, s.args...)
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < 30*time.Second; {
		if resp, err := http.Get(s.client.Base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(time.Millisecond) // polls a process that has no other way to tell
	}
	return errors.New("the server did not get ready")
}

// kill ends the server as a power switch would end the process.
func (s *server) kill() {
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
	s.client.HTTP.CloseIdleConnections()
}

// up returns when the server is not about to start. A call that follows does not hold it: the server dies in the middle of
// calls.
func (s *server) up() {
	s.down.RLock()
	defer s.down.RUnlock()
}

// url gives a queue's URL.
func (s *server) url(queue string) string { return s.client.Base + "/" + account + "/" + queue }

// arnOf gives a queue's ARN.
func arnOf(queue string) string { return "arn:aws:sqs:" + region + ":" + account + ":" + queue }

// redrive is the policy that makes a queue the one for dead letters.
func redrive(queue string) string {
	return `{"deadLetterTargetArn":"` + arnOf(queue) + `","maxReceiveCount":` + strconv.Itoa(maxReceives) + `}`
}

// sqs calls an operation of SQS.
func (s *server) sqs(ctx context.Context, op string, in client.Object, out any) error {
	return s.client.JSON(ctx, "sqs", "1.0", "AmazonSQS."+op, in, out)
}

// setUp makes the queues, and a rule that sends events to one of them.
func (s *server) setUp(ctx context.Context) error {
	const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"SQS:SendMessage","Resource":"*"}]}`
	hide := strconv.Itoa(usualHide)
	for _, q := range []client.Object{
		{"QueueName": dead, "Attributes": client.Object{"VisibilityTimeout": hide}},
		{"QueueName": standard, "Attributes": client.Object{
			"VisibilityTimeout": hide, "Policy": policy,
			"RedrivePolicy": redrive(dead),
		}},
		{"QueueName": scrap, "Attributes": client.Object{"VisibilityTimeout": hide}},
		{"QueueName": deadFIFO, "Attributes": client.Object{"VisibilityTimeout": hide, "FifoQueue": "true"}},
		{"QueueName": back, "Attributes": client.Object{"VisibilityTimeout": hide, "FifoQueue": "true"}},
		{"QueueName": fifo, "Attributes": client.Object{
			"VisibilityTimeout": hide, "FifoQueue": "true", "ContentBasedDeduplication": "true", "RedrivePolicy": redrive(deadFIFO),
		}},
	} {
		if err := s.sqs(ctx, "CreateQueue", q, nil); err != nil {
			return err
		}
	}
	if err := s.client.JSON(ctx, "events", "1.1", "AWSEvents.PutRule", client.Object{"Name": "orders", "EventPattern": `{"source":["shop"]}`}, nil); err != nil {
		return err
	}
	return s.client.JSON(ctx, "events", "1.1", "AWSEvents.PutTargets", client.Object{
		"Rule": "orders", "Targets": []client.Object{{"Id": "1", "Arn": arnOf(standard)}},
	}, nil)
}
