package obs

import (
	"math"
	"strconv"
	"strings"
)

// text is metrics in Prometheus' text form.
type text []byte

// How the form writes characters that would end a value, or a line.
var (
	valueEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
)

// head writes what comes before the series of a metric.
func (b *text) head(name, help, kind string) {
	*b = append(*b, "# HELP "+name+" "+helpEscapes.Replace(help)+"\n# TYPE "+name+" "+kind+"\n"...)
}

// series writes the name of a series, with a space behind it. A label without a value has an empty one.
func (b *text) series(name string, labels, values []string) {
	t := append(*b, name...)
	for i, label := range labels {
		if i == 0 {
			t = append(t, '{')
		} else {
			t = append(t, ',')
		}
		t = append(append(t, label...), '=', '"')
		if i < len(values) {
			t = append(t, valueEscapes.Replace(strings.ToValidUTF8(values[i], replacement))...)
		}
		t = append(t, '"')
	}
	if len(labels) > 0 {
		t = append(t, '}')
	}
	*b = append(t, ' ')
}

// int writes the value of a series.
func (b *text) int(n int64) { *b = append(strconv.AppendInt(*b, n, 10), '\n') }

// float writes the value of a series.
func (b *text) float(v float64) {
	switch {
	case math.IsInf(v, 1):
		*b = append(*b, "+Inf\n"...)
	case math.IsInf(v, -1):
		*b = append(*b, "-Inf\n"...)
	default:
		*b = append(strconv.AppendFloat(*b, v, 'g', -1, 64), '\n')
	}
}
