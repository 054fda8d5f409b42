package remoteaws_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/remoteaws"
)

// startMoto starts moto's server, an AWS that we did not write, and gives its URL. Where it is not installed
// (pip install 'moto[server]') the test is skipped, unless CASESTREAM_TEST_MOTO is set, as in CI.
func startMoto(t *testing.T) string {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import moto.server").CombinedOutput(); err != nil {
		if os.Getenv("CASESTREAM_TEST_MOTO") != "" {
			t.Fatalf("moto's server is not installed: %v %s", err, out)
		}
		t.Skipf("needs python3 with moto's server: %v %s", err, out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "python3", "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	running := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)
	url := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if m := running.FindStringSubmatch(lines.Text()); m != nil {
				url <- m[1]
			}
		}
	}()
	select {
	case u := <-url:
		return u
	case <-time.After(30 * time.Second):
		t.Fatal("moto does not say where it runs")
		return ""
	}
}

func TestEventsReachAnAWSThatIsNotOurs(t *testing.T) {
	clearEnvironment(t)
	url := startMoto(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "test") // a key of its own account, which is the default one
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-west-1"), config.WithBaseEndpoint(url))
	if err != nil {
		t.Fatal(err)
	}
	queues, events := sqs.NewFromConfig(cfg), eventbridge.NewFromConfig(cfg)
	const account = "123456789012"
	in := func(arn string) string { return strings.Replace(arn, "444455556666", account, 1) }
	receive := func(name string) string {
		out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(url + "/" + account + "/" + name), WaitTimeSeconds: 5})
		if err != nil || len(out.Messages) != 1 {
			t.Fatalf("%s: %+v %v", name, out, err)
		}
		return *out.Messages[0].Body
	}
	for name, attributes := range map[string]map[string]string{
		"orders": nil, "onbus": nil, "orders.fifo": {"FifoQueue": "true"},
	} {
		if _, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := events.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("far")}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{
		Name: aws.String("r"), EventBusName: aws.String("far"), EventPattern: aws.String(`{"source":["casestream.aws.cases"]}`),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{
		Rule: aws.String("r"), EventBusName: aws.String("far"),
		Targets: []types.Target{{Id: aws.String("q"), Arn: aws.String("arn:aws:sqs:eu-west-1:" + account + ":onbus")}},
	}); err != nil {
		t.Fatal(err)
	}

	tg := newTarget(t, remoteaws.Config{Endpoints: remoteaws.Places{account: url}, SourcePrefix: "casestream."})
	for _, to := range []string{in(queueARN), in(fifoARN), in(fifoARN), in(busARN)} {
		d := deliveryTo(to)
		if strings.HasSuffix(to, ".fifo") {
			d.MessageGroupID = "g"
		}
		if err := tg.Deliver(t.Context(), d); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
	}
	if got := receive("orders"); got != text {
		t.Errorf("the queue got %s", got)
	}
	if got := receive("orders.fifo"); got != text {
		t.Errorf("the FIFO queue got %s", got)
	}
	if got := receive("onbus"); !strings.Contains(got, `"casestream.aws.cases"`) {
		t.Errorf("the bus got %s", got)
	}
	wantFailure(t, tg.Deliver(t.Context(), deliveryTo(in(queueARN)+"x")), target.Failure{Code: bus.NoResource, Final: true, Status: 400})
}
