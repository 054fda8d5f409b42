package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// yardstick measures for a while how many case events a CPU-second encoding/json decodes into an any.
type yardstick func(span time.Duration) (float64, error)

// startYardstick starts this program again as the yardstick, which then waits to be asked: in a process of its own
// its garbage collections do not depend on how many rules are in memory.
func startYardstick(ctx context.Context) (yardstick, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-yardstick")
	cmd.Stderr = os.Stderr
	ask, err := cmd.StdinPipe() // its end, with this process's, ends the other
	if err != nil {
		return nil, err
	}
	answer, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(answer)
	return func(span time.Duration) (perSecond float64, err error) {
		if _, err := fmt.Fprintln(ask, span); err != nil {
			return 0, fmt.Errorf("yardstick: %w", err)
		}
		if _, err := fmt.Fscanln(lines, &perSecond); err != nil {
			return 0, fmt.Errorf("yardstick: %w", err)
		}
		return perSecond, nil
	}, nil
}

// serveYardstick measures each time that a duration comes in, until none comes any more.
func serveYardstick(in io.Reader, out io.Writer) error {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		span, err := time.ParseDuration(lines.Text())
		if err != nil {
			return err
		}
		m, err := decoding(span)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, m.perSecond()); err != nil {
			return err
		}
	}
	return nil
}

// decoding measures encoding/json.
func decoding(span time.Duration) (measured, error) {
	event := caseEvent(1)
	return measure(span, func(int) (int, error) {
		var v any
		return 0, json.Unmarshal(event, &v)
	})
}
