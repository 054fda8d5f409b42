package pattern_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/casestream/casestream/pattern"
)

func FuzzSkipValue(f *testing.F) {
	for _, r := range rows[row](f, "testdata/patterns.jsonl") {
		f.Add([]byte(text(r.Event)))
	}
	f.Add([]byte(`{"a":"\"}]\\","b":[[{"x":"` + strings.Repeat(`\\\"`, 9) + `"}],"]}"]}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		end, ok := pattern.SkipValue(value, 0)
		if end < 0 || end > len(value)+1 || ok && end > len(value) {
			t.Fatalf("%d of %d, %v", end, len(value), ok)
		}
		var whole json.RawMessage
		if json.Unmarshal(value, &whole) != nil {
			return
		}
		for _, behind := range []string{"", "}", `,"x":[`, "]]]]]]]]]]]]]]]]", `"""""""""""""""""`} {
			if end, ok := pattern.SkipValue(append(bytes.Clone(whole), behind...), 0); !ok || end != len(whole) && !(isWord(whole) && behind == `"""""""""""""""""`) {
				t.Fatalf("%d of %d, %v: %s", end, len(whole), ok, value)
			}
		}
	})
}

// isWord tells whether a value is neither a string nor in brackets.
func isWord(value []byte) bool { return !bytes.ContainsAny(value[:1], `"{[`) }

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "::", "::1", "1::", "a:b:c:d:e:f:1:2", "00001::0000000002", "00:11:2", "::ffff:102:304", "1:::2", ":1", "1:", "12:30", "fe80::1%eth0", "1::2::3", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1::3:4:5:6:7:8:9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 64 { // no address, however many zeros it begins with
			return
		}
		got, ok := pattern.Address(s)
		want, wantOK := addressNaive(s)
		if ok != wantOK || ok && got != want.String() {
			t.Fatalf("%q: %s, %v; want %s, %v", s, got, ok, want, wantOK)
		}
	})
}

func TestNumbersCompareAsTheyAre(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	exact := 0
	for range 50_000 {
		a, b := randomNumber(r), randomNumber(r)
		if r.IntN(4) == 0 {
			b = respelled(r, a)
		}
		order, exactA, exactB := pattern.CompareNumbers(a, b)
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if want := x.Cmp(y); exactA && exactB && order != want {
			t.Fatalf("%s and %s: %d, want %d", a, b, order, want)
		}
		if want := isShortest(a, x); exactA != want {
			t.Fatalf("%s: exact %v, want %v", a, exactA, want)
		}
		if exactA && exactB {
			exact++
		}
	}
	if exact < 10_000 {
		t.Errorf("only %d pairs were compared", exact)
	}
}

// isShortest tells whether a number is the shortest decimal of its double.
func isShortest(text string, value *big.Rat) bool {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	shortest, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', -1, 64))
	return shortest.Cmp(value) == 0
}

// randomNumber makes a JSON number with up to 20 digits, around where doubles end now and then.
func randomNumber(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(3) == 0 {
		b.WriteByte('-')
	}
	digits := strconv.FormatUint(r.Uint64()>>r.IntN(64), 10)
	if r.IntN(8) == 0 {
		digits = "0"
	}
	b.WriteString(digits)
	if r.IntN(2) == 0 {
		b.WriteString("." + strconv.FormatUint(r.Uint64()>>r.IntN(64), 10))
	}
	switch r.IntN(4) {
	case 0:
		b.WriteString("e" + strconv.Itoa(r.IntN(20)-10))
	case 1:
		b.WriteString("E" + strconv.Itoa(r.IntN(700)-350))
	}
	return b.String()
}

// respelled writes a number in another way.
func respelled(r *rand.Rand, number string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	e, _ := strconv.Atoi(exponent)
	for range r.IntN(4) {
		if whole, rest, ok := strings.Cut(mantissa, "."); ok {
			mantissa = whole + "." + rest + "0"
			continue
		}
		mantissa, e = mantissa+"0", e-1
	}
	return mantissa + "e" + strconv.Itoa(e)
}
