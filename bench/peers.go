package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peer is another server of the same API that may be installed here.
type peer struct {
	name    string
	keeps   string                                                                        // what becomes of its messages when it stops
	install string                                                                        // how to get it
	query   bool                                                                          // it speaks the query protocol only, not AWS JSON
	conns   int                                                                           // with more connections it only gets slower, and the benchmark with it; 0: any number
	start   func(ctx context.Context, dir string) (p *process, version string, err error) // no process: not installed
}

// peers are the other servers that this program knows how to start.
var peers = []peer{
	{"moto", "in memory", "pip install 'moto[server]'", false, motoConns, startMoto},
	{"fauxqs", "in memory", "make bench-peers", false, 0, startFauxqs},
	{"goaws", "in memory, query protocol", "make bench-peers", true, 0, startGoaws},
}

// peerDir is where `make bench-peers` installs what no package manager puts on the PATH.
const peerDir = "bin/peers"

// named finds the peers of a list of names.
func named(list string) (found []peer, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if name == "" {
			continue
		}
		known := false
		for _, p := range peers {
			if p.name == name {
				found, known = append(found, p), true
			}
		}
		if !known {
			return nil, fmt.Errorf("no peer is called %s", name)
		}
	}
	return found, nil
}

// output gives the first line that a command prints, and whether it could be run.
func output(ctx context.Context, name string, args ...string) (string, bool) {
	text, err := exec.CommandContext(ctx, name, args...).Output()
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line, err == nil
}

// installed finds a program among those of peerDir and on the PATH.
func installed(name, inDir string) (string, bool) {
	if path, err := filepath.Abs(filepath.Join(peerDir, inDir)); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
	}
	path, err := exec.LookPath(name)
	return path, err == nil
}

// startMoto starts moto's server.
func startMoto(ctx context.Context, _ string) (*process, string, error) {
	version, ok := output(ctx, "python3", "-c", "import moto, moto.server; print(moto.__version__)")
	if !ok {
		return nil, "", ctx.Err()
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", err
	}
	p, err := start(ctx, addr, "/moto-api/", exec.CommandContext(ctx, "python3", "-m", "moto.server", "-H", host, "-p", port))
	return p, version, err
}

// startFauxqs starts fauxqs without its log of requests.
func startFauxqs(ctx context.Context, _ string) (*process, string, error) {
	program, ok := installed("fauxqs", "node_modules/.bin/fauxqs")
	if !ok {
		return nil, "", nil
	}
	program, err := filepath.EvalSymlinks(program)
	if err != nil {
		return nil, "", err
	}
	version, ok := output(ctx, "node", "-p", "require('"+filepath.Join(filepath.Dir(program), "..", "package.json")+"').version")
	if !ok {
		return nil, "", ctx.Err()
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", err
	}
	cmd := exec.CommandContext(ctx, "node", program)
	cmd.Env = append(os.Environ(), "FAUXQS_PORT="+port, "FAUXQS_HOST="+host, "FAUXQS_LOGGER=false")
	p, err := start(ctx, addr, "/", cmd)
	return p, version, err
}

// startGoaws starts goaws on a configuration of its own.
func startGoaws(ctx context.Context, dir string) (*process, string, error) {
	program, ok := installed("goaws", "goaws")
	if !ok {
		return nil, "", nil
	}
	version := "of unknown version"
	if text, err := exec.CommandContext(ctx, "go", "version", "-m", program).Output(); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) >= 3 && f[0] == "mod" {
				version = f[2]
			}
		}
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", err
	}
	config := filepath.Join(dir, "goaws.yaml")
	text := fmt.Sprintf("Local:\n  Host: %s\n  Port: %s\n  Region: us-east-1\n  AccountId: \"111122223333\"\n  QueueAttributeDefaults:\n    MaximumMessageSize: 262144\n", host, port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, "", err
	}
	p, err := start(ctx, addr, "/", exec.CommandContext(ctx, program, "-config", config))
	return p, version, err
}
