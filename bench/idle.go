package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/casestream/casestream/client"
)

// idleWait is how long a receiver of measureIdle waits, in seconds.
const idleWait = 20

// idleWatch is how long the server's use of the processor is watched meanwhile.
const idleWatch = 5 * time.Second

// measureIdle measures what receivers cost that wait on empty queues: memory, processor time, and how long a message takes to
// one of them.
func (b *bench) measureIdle(ctx context.Context, dir string) error {
	fmt.Printf("%-22s %7s %12s %12s %12s %12s %14s %12s\n", "receivers that wait", "queues", "MB before", "MB waiting", "KB each", "CPU of 5 s", "CPU s to wait", "woken in ms")
	for _, queues := range []int{1, 100} {
		srv, err := startServer(ctx, b.binary, b.store, filepath.Join(dir, fmt.Sprintf("idle-%d", queues)))
		if err != nil {
			return err
		}
		err = b.idleRow(ctx, srv, queues)
		srv.stop()
		if err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// idleRow measures receivers that wait on so many queues.
func (b *bench) idleRow(ctx context.Context, srv *process, queues int) error {
	urls := make([]string, queues)
	for i := range urls {
		var made struct{ QueueUrl string }
		if err := srv.client().JSON(ctx, "sqs", "1.0", "AmazonSQS.CreateQueue", client.Object{"QueueName": fmt.Sprintf("idle-%d", i)}, &made); err != nil {
			return err
		}
		urls[i] = made.QueueUrl
	}
	before, cpu := srv.rss(), srv.cpu()
	waiting, err := b.waitAll(ctx, srv, urls)
	if err != nil {
		return err
	}
	defer waiting.close()
	// Until the server has read them all: it has nothing else to do, so that it is when it rests.
	for last := srv.cpu(); ; {
		time.Sleep(time.Second)
		now := srv.cpu()
		if now-last < 50*time.Millisecond {
			break
		}
		last = now
	}
	came := srv.cpu() - cpu
	cpu = srv.cpu()
	time.Sleep(idleWatch)
	idle, rss := srv.cpu()-cpu, srv.rss()
	if b.profiles != "" {
		if err := srv.save("heap?gc=1", filepath.Join(b.profiles, fmt.Sprintf("idle-%d.pprof", queues))); err != nil {
			return err
		}
	}
	woken, err := waiting.wake(ctx, srv, urls[0])
	if err != nil {
		return err
	}
	fmt.Printf("%-22d %7d %12.1f %12.1f %12.1f %10.2f s %12.2f s %12.2f\n", b.idle, queues, before, rss, (rss-before)*1024/float64(b.idle),
		idle.Seconds(), came.Seconds(), float64(woken.Microseconds())/1000)
	return waiting.rest()
}

// idlers are connections on which a receive waits.
type idlers struct {
	conns  []net.Conn
	answer chan idleAnswer
}

// idleAnswer is what came on one of them.
type idleAnswer struct {
	at      time.Time
	message bool
	err     error
}

// waitAll opens the connections, by turns on each queue, and begins to receive on each of them.
func (b *bench) waitAll(ctx context.Context, srv *process, urls []string) (*idlers, error) {
	all := &idlers{conns: make([]net.Conn, b.idle), answer: make(chan idleAnswer, b.idle)}
	requests := make([][]byte, len(urls))
	for i, url := range urls {
		r := sqs(srv.base, "ReceiveMessage", client.Object{"QueueUrl": url, "WaitTimeSeconds": idleWait})
		req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
		if err != nil {
			return nil, err
		}
		req.Header = r.header
		var text bytes.Buffer
		if err := req.Write(&text); err != nil {
			return nil, err
		}
		requests[i] = text.Bytes()
	}
	const atOnce = 32
	errs := make([]error, atOnce)
	var wg sync.WaitGroup
	for k := range atOnce {
		wg.Go(func() {
			for i := k; i < b.idle && errs[k] == nil; i += atOnce {
				all.conns[i], errs[k] = (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(srv.base, "http://"))
				if errs[k] == nil {
					_, errs[k] = all.conns[i].Write(requests[i%len(requests)])
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		all.close()
		return nil, err
	}
	for _, c := range all.conns {
		go all.await(c)
	}
	return all, nil
}

// await reads the answer on a connection.
func (l *idlers) await(c net.Conn) {
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		l.answer <- idleAnswer{err: err}
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	l.answer <- idleAnswer{time.Now(), bytes.Contains(body, []byte("ReceiptHandle")), err}
}

// wake sends a message and gives the time until one of those who wait has it.
func (l *idlers) wake(ctx context.Context, srv *process, queue string) (time.Duration, error) {
	began := time.Now()
	if err := srv.client().JSON(ctx, "sqs", "1.0", "AmazonSQS.SendMessage", client.Object{"QueueUrl": queue, "MessageBody": "wake up"}, nil); err != nil {
		return 0, err
	}
	got := <-l.answer
	if got.err == nil && !got.message {
		got.err = errors.New("a receiver was answered before its time, without a message")
	}
	return got.at.Sub(began), got.err
}

// rest takes the answers of all others, who get none.
func (l *idlers) rest() error {
	for range len(l.conns) - 1 {
		got := <-l.answer
		if got.err == nil && got.message {
			got.err = errors.New("a message was received twice")
		}
		if got.err != nil {
			return got.err
		}
	}
	return nil
}

// close closes the connections.
func (l *idlers) close() {
	for _, c := range l.conns {
		if c != nil {
			c.Close()
		}
	}
}
