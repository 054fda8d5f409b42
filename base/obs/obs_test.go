package obs_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/casestream/casestream/base/obs"
)

// written gives the text of a registry, without the registry's own counter where that is 0.
func written(t testing.TB, r *obs.Registry) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	own := "# HELP casestream_metrics_failed_readings_total Readings of gauges that failed or took too long; the gauges were left out.\n" +
		"# TYPE casestream_metrics_failed_readings_total counter\ncasestream_metrics_failed_readings_total 0\n"
	return strings.Replace(b.String(), own, "", 1)
}

func TestMetricsAreWrittenInPrometheusForm(t *testing.T) {
	r := obs.NewRegistry()
	c := r.Counter("a_total", "A counter.", "reason")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				c.Add(1, "no \"permission\"")
			}
		})
	}
	wg.Wait()
	r.Counter("a_total", "The same again.", "reason").Of("other\\\nline").Add(2)
	r.Counter("b_total", "Without\nlabels.")
	h := r.Histogram("c_seconds", "Durations.", []float64{.5, 1}, "op", "code")
	h.Of("s:Op", "OK").Observe(500*time.Millisecond, 1)
	h.Of("s:Op", "OK").Observe(750*time.Millisecond, 2)
	h.Of("s:Op", "OK").Observe(time.Minute, 1)
	h.Of("a", "OK").Observe(-time.Second, 1)
	g := r.Gauge("d", "A gauge.", "queue", "state")
	r.Read(func(context.Context) ([]obs.Sample, error) {
		return []obs.Sample{{g, 1.5, []string{"q", "visible"}}, {g, 1e6, []string{"p\xff", "visible"}}}, nil
	})
	want := `# HELP a_total A counter.
# TYPE a_total counter
a_total{reason="no \"permission\""} 800
a_total{reason="other\\\nline"} 2
# HELP b_total Without\nlabels.
# TYPE b_total counter
b_total 0
# HELP c_seconds Durations.
# TYPE c_seconds histogram
c_seconds_bucket{op="a",code="OK",le="0.5"} 1
c_seconds_bucket{op="a",code="OK",le="1"} 1
c_seconds_bucket{op="a",code="OK",le="+Inf"} 1
c_seconds_sum{op="a",code="OK"} 0
c_seconds_count{op="a",code="OK"} 1
c_seconds_bucket{op="s:Op",code="OK",le="0.5"} 1
c_seconds_bucket{op="s:Op",code="OK",le="1"} 3
c_seconds_bucket{op="s:Op",code="OK",le="+Inf"} 4
c_seconds_sum{op="s:Op",code="OK"} 62
c_seconds_count{op="s:Op",code="OK"} 4
# HELP d A gauge.
# TYPE d gauge
d{queue="p` + "\uFFFD" + `",state="visible"} 1e+06
d{queue="q",state="visible"} 1.5
`
	if got := written(t, r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSeriesPastTheBoundAreCountedTogether(t *testing.T) {
	r := obs.NewRegistry()
	c := r.Counter("a_total", "A counter.", "bus", "rule")
	for i := range 10_100 {
		c.Add(1, "b", strconv.Itoa(i))
	}
	if n := c.Value("(other)", "(other)"); n != 100 {
		t.Errorf("%d are counted under (other), want 100", n)
	}
	if n := c.Value("b", "5"); n != 1 {
		t.Errorf("an early one has %d, want 1", n)
	}
}

func TestGaugesThatFailAreLeftOutAndCounted(t *testing.T) {
	r := obs.NewRegistry()
	good, bad := r.Gauge("good", "Read."), r.Gauge("bad", "Not read.")
	r.Read(func(context.Context) ([]obs.Sample, error) { return []obs.Sample{{Of: good, Value: 1}}, nil })
	r.Read(func(context.Context) ([]obs.Sample, error) {
		return []obs.Sample{{Of: bad, Value: 1}}, errors.New("no")
	})
	r.Read(func(context.Context) ([]obs.Sample, error) { panic("oops") })
	got := written(t, r)
	if !strings.Contains(got, "\ngood 1\n") || strings.Contains(got, "\nbad 1\n") || !strings.Contains(got, "casestream_metrics_failed_readings_total 2\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestReadingRestsInProportionToWhatItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := obs.NewRegistry()
		g := r.Gauge("g", "How often it was read.")
		n := 0.0
		r.Read(func(context.Context) ([]obs.Sample, error) {
			time.Sleep(100 * time.Millisecond)
			n++
			return []obs.Sample{{Of: g, Value: n}}, nil
		})
		for _, tt := range []struct {
			after time.Duration
			want  string
		}{{0, "\ng 1\n"}, {1900 * time.Millisecond, "\ng 1\n"}, {200 * time.Millisecond, "\ng 2\n"}} {
			time.Sleep(tt.after)
			var wg sync.WaitGroup
			for range 3 { // together they cost one reading
				wg.Go(func() {
					if got := written(t, r); !strings.Contains(got, tt.want) {
						t.Errorf("after %v: %s", tt.after, got)
					}
				})
			}
			wg.Wait()
		}
	})
}

func TestSlowReadingDoesNotHoldUpTheText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := obs.NewRegistry()
		g := r.Gauge("g", "Slow.")
		release := make(chan struct{})
		r.Read(func(context.Context) ([]obs.Sample, error) {
			<-release
			return []obs.Sample{{Of: g, Value: 1}}, nil
		})
		began := time.Now()
		got := written(t, r)
		if took := time.Since(began); took != 2*time.Second || strings.Contains(got, "\ng 1\n") || !strings.Contains(got, "readings_total 1\n") {
			t.Errorf("after %v: %s", took, got)
		}
		close(release)
		synctest.Wait()
		if got := written(t, r); !strings.Contains(got, "\ng 1\n") {
			t.Errorf("then: %s", got)
		}
	})
}

// FuzzText holds the text to the form whatever values labels have.
func FuzzText(f *testing.F) {
	f.Add("a", "b")
	f.Add("\xff\"", "}\\\n 1")
	f.Fuzz(func(t *testing.T, first, second string) {
		r := obs.NewRegistry()
		r.Counter("a_total", "A.", "x", "y").Add(1, first, second)
		r.Histogram("b_seconds", "B.", obs.Seconds, "x").Of(first).Observe(time.Second, 1)
		series := parse(t, written(t, r))
		want := map[string]string{"x": strings.ToValidUTF8(first, "\uFFFD"), "y": strings.ToValidUTF8(second, "\uFFFD")}
		for _, s := range series {
			for _, label := range []string{"x", "y"} {
				if got, ok := s.labels[label]; ok && got != want[label] {
					t.Errorf("label %s is %q, want %q", label, got, want[label])
				}
			}
		}
		if n := 1 + len(obs.Seconds) + 3; len(series) != n {
			t.Errorf("%d series, want %d", len(series), n)
		}
	})
}

// series is a line of the text.
type series struct {
	name   string
	labels map[string]string
	value  float64
}

// parse reads the text form, version 0.0.4, strictly.
func parse(t *testing.T, text string) (list []series) {
	t.Helper()
	kind := ""
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\n")
		if !ended {
			t.Fatalf("the last line does not end: %q", line)
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			kind, _, _ = strings.Cut(rest, " ")
			continue
		}
		s := series{labels: map[string]string{}}
		i := strings.IndexAny(line, "{ ")
		if i < 1 || !strings.HasPrefix(line, kind) {
			t.Fatalf("no name of the metric %s: %q", kind, line)
		}
		s.name = line[:i]
		rest := line[i:]
		for strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, ",") {
			label, quoted, _ := strings.Cut(rest[1:], "=")
			var value string
			value, rest = unquote(t, quoted)
			if _, twice := s.labels[label]; twice {
				t.Fatalf("label %s twice: %q", label, line)
			}
			s.labels[label] = value
		}
		value, ok := strings.CutPrefix(strings.TrimPrefix(rest, "}"), " ")
		v, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil {
			t.Fatalf("no value: %q", line)
		}
		s.value = v
		list = append(list, s)
	}
	return list
}

// unquote reads a label's value.
func unquote(t *testing.T, text string) (value, rest string) {
	t.Helper()
	if !strings.HasPrefix(text, `"`) {
		t.Fatalf("no quote: %q", text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return value, text[i+1:]
		case '\\':
			i++
			to, ok := map[byte]string{'\\': `\`, '"': `"`, 'n': "\n"}[text[i]]
			if !ok {
				t.Fatalf("no escape: %q", text[i-1:])
			}
			value += to
		default:
			value += text[i : i+1]
		}
	}
	t.Fatalf("the value does not end: %q", text)
	return "", ""
}

func BenchmarkWrite(b *testing.B) {
	r := obs.NewRegistry()
	matched, invoked := r.Counter("a_total", "A.", "bus", "rule"), r.Counter("b_total", "B.", "bus", "rule", "target")
	h := r.Histogram("c_seconds", "C.", obs.Seconds, "op", "code")
	for i := range 300 {
		n := strconv.Itoa(i)
		matched.Add(1, "default", n)
		invoked.Add(1, "default", n, "t")
		h.Of(n, "OK").Observe(time.Second, 1)
	}
	for b.Loop() {
		_ = written(b, r)
	}
}
