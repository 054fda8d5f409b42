package app

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// command is what the user of `casestream listen` asks for.
type command struct {
	name   byte // 'r', 'R', 'p', 'q'; 0: something else
	number int  // of the event; 0: the last one
}

// keys are the commands that come in, and where to write meanwhile.
type keys struct {
	commands <-chan command
	out, err io.Writer
}

// openKeys reads commands: single keys of a terminal, lines of anything else. restore gives the terminal back as it was.
func openKeys(s streams) (k keys, restore func(), err error) {
	list := make(chan command)
	k = keys{commands: list, out: s.out, err: s.err}
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		go readLines(s.in, list)
		return k, func() {}, nil
	}
	was, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return k, func() {}, err
	}
	for _, w := range []*io.Writer{&k.out, &k.err} {
		if isTerminal(*w) {
			*w = rawWriter{*w}
		}
	}
	go readKeys(f, list)
	return k, func() { _ = term.Restore(int(f.Fd()), was) }, nil
}

// readLines reads a command a line.
func readLines(in io.Reader, to chan<- command) {
	defer close(to)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			to <- parseCommand(line)
		}
	}
}

// parseCommand reads "r", "r 3" or, as keys would have it, "3r".
func parseCommand(line string) command {
	name := strings.TrimSpace(strings.Trim(line, "0123456789 \t"))
	digits := strings.TrimSpace(strings.Replace(line, name, "", 1))
	c := command{}
	if len(name) != 1 || !strings.Contains("rRpq", name) {
		return c
	}
	if digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 {
			return c
		}
		c.number = n
	}
	c.name = name[0]
	return c
}

// The control keys that quit in a terminal that hands over every key: Ctrl-C and Ctrl-D.
const (
	ctrlC = 0x03
	ctrlD = 0x04
)

// maxNumber bounds the numbers that are typed before a key.
const maxNumber = 1 << 30

// readKeys reads a command a key, with a number before it.
func readKeys(in io.Reader, to chan<- command) {
	defer close(to)
	number := 0
	r := bufio.NewReader(in)
	for {
		key, err := r.ReadByte()
		switch {
		case err != nil || key == ctrlC || key == ctrlD:
			to <- command{name: 'q'}
			return
		case '0' <= key && key <= '9':
			number = min(number*10+int(key-'0'), maxNumber)
			continue
		case strings.IndexByte("rRpq", key) < 0:
			key = 0
		}
		to <- command{key, number}
		number = 0
	}
}

// rawWriter writes lines to a terminal in raw mode, which does not begin a line at its left by itself.
type rawWriter struct{ to io.Writer }

// Write writes the text with the ends of lines that such a terminal needs.
func (w rawWriter) Write(text []byte) (int, error) {
	if _, err := w.to.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(text), nil
}
