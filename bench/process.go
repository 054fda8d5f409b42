package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/wire/sigv4"
)

// process is a server under measurement.
type process struct {
	cmd   *exec.Cmd
	base  string
	debug string        // where the server's profiles are
	ready time.Duration // from start to the first 200
}

// key is the access key that the measured server is given.
var key = sigv4.Credentials{AccessKeyID: "AKIABENCHBENCHBENCH1", SecretKey: "bench-bench-bench-bench-bench-bench-bench"}

// freeAddr finds a port that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start runs a command and waits until a path of it answers 200, or anything where the path is /.
func start(ctx context.Context, addr, probe string, cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, base: "http://" + addr}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 20*time.Second {
		resp, err := http.Get(p.base + probe)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK || probe == "/" {
				p.ready = time.Since(began)
				return p, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	p.stop()
	return nil, errors.Join(fmt.Errorf("%s did not get ready", cmd.Path), ctx.Err())
}

// startServer starts a Casestream server with its data in dir.
func startServer(ctx context.Context, binary, store, dir string, more ...string) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	debug, err := freeAddr()
	if err != nil {
		return nil, err
	}
	args := []string{"serve", "--listen", addr, "--data", dir, "--access-key-id", key.AccessKeyID, "--secret-access-key", key.SecretKey, "--log-level", "warn", "--debug-listen", debug}
	args = append(args, more...)
	if store != "" {
		args = append(args, "--store", store)
	}
	p, err := start(ctx, addr, "/readyz", exec.CommandContext(ctx, binary, args...))
	if err == nil {
		p.debug = debug
	}
	return p, err
}

// startCeiling starts this program again, as the ceiling.
func startCeiling(ctx context.Context, body int) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, addr, "/", exec.CommandContext(ctx, self, "-ceiling", addr, "-body", strconv.Itoa(body)))
}

// profile writes a CPU profile of the server to a file, beginning now. The function that it gives waits
// for its end.
func (p *process) profile(path string, span time.Duration) func() error {
	done := make(chan error, 1)
	go func() { done <- p.save(fmt.Sprintf("profile?seconds=%d", max(1, int(span.Seconds()))), path) }()
	return func() error { return <-done }
}

// save writes one of the server's profiles to a file.
func (p *process) save(profile, path string) error {
	resp, err := http.Get("http://" + p.debug + "/debug/pprof/" + profile)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, resp.Body)
	return errors.Join(err, f.Close())
}

// stop ends the process.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	_ = p.cmd.Wait()                          // its exit code has nothing to tell here
}

// client gives a client of the server.
func (p *process) client() *client.Client {
	return &client.Client{Base: p.base, Region: "us-east-1", Key: key}
}

// written gives how many bytes the process has sent to the disk, 0 where the system does not tell. On
// PostgreSQL it is another process that writes.
func (p *process) written() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
			return n
		}
	}
	return 0
}

// settled waits until the process writes nothing more in the background, and gives what it has written since
// before.
func (p *process) settled(before int64) int64 {
	last := p.written()
	for {
		time.Sleep(500 * time.Millisecond)
		now := p.written()
		if now-last < 1<<20 {
			return now - before
		}
		last = now
	}
}

// rss gives the process's resident memory in MB, 0 where the system does not tell.
func (p *process) rss() float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 64)
			return kb / 1024
		}
	}
	return 0
}

// cpu gives the processor time that the process has used, 0 where the system does not tell.
func (p *process) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the program's name
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	const tick = 10 * time.Millisecond
	return time.Duration(user+system) * tick
}
