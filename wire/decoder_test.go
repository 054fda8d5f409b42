package wire_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/casestream/casestream/wire"
)

// skipAll reads data as one JSON value of any type.
func skipAll(data []byte) error {
	d := wire.NewDecoder(data)
	defer d.Release()
	d.Skip()
	d.End()
	return d.Err()
}

func TestDecoderAcceptsWhatRFC8259Accepts(t *testing.T) {
	for _, in := range []string{
		`{}`, ` [ ] `, `"a"`, `0`, `-0.5e+10`, `true`, `null`, "{\"a\":[1,{\"b\":null}],\t\"c\":\"\\u00e9\\n\"}\r\n",
		`[1,2,3]`, `"\ud83d\ude00"`, `"\ud83d"`, `{"a":1,"a":2}`, `"é"`, strings.Repeat("[", 64) + strings.Repeat("]", 64),
	} {
		if err := skipAll([]byte(in)); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestDecoderRefusesBrokenJSON(t *testing.T) {
	for _, in := range []string{
		``, ` `, `{`, `[`, `{"a"}`, `{"a":}`, `{"a":1,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":1 "b":2}`, `{a:1}`, `{1:2}`, `01`, `-`, `1.`, `.5`,
		`1e`, `+1`, `0x1`, `NaN`, `tru`, `nulll`, `'a'`, `"a`, `"\x"`, `"\u12g4"`, `"\u12"`, "\"a\nb\"", "\"\xff\"", "\"\xed\xa0\x80\"",
		`{}x`, `{}{}`, `[]]`, "\ufeff{}", "{\"a\":1}\x00", strings.Repeat("[", 65) + strings.Repeat("]", 65),
	} {
		if err := skipAll([]byte(in)); err == nil {
			t.Errorf("%q was accepted", in)
		}
	}
}

func TestDecoderReadsNumbers(t *testing.T) {
	ints := []struct {
		in   string
		want int32
		ok   bool
	}{
		{"0", 0, true},
		{"-7", -7, true},
		{"5.0", 5, true},
		{"5e2", 500, true},
		{"2147483647", math.MaxInt32, true},
		{"2147483648", 0, false},
		{"5.5", 0, false},
		{"1e400", 0, false},
		{`"5"`, 0, false},
		{"true", 0, false},
		{"99999999999999999999", 0, false},
	}
	for _, c := range ints {
		d := wire.NewDecoder([]byte(c.in))
		got := d.Int32()
		if (d.Err() == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("Int32(%s) = %d, %v", c.in, got, d.Err())
		}
		d.Release()
	}
	floats := []struct {
		in   string
		want float64
		ok   bool
	}{
		{"5", 5, true},
		{"-0.25e1", -2.5, true},
		{`"Infinity"`, math.Inf(1), true},
		{`"-Infinity"`, math.Inf(-1), true},
		{`"5"`, 0, false},
		{"1e999", 0, false},
		{"{}", 0, false},
	}
	for _, c := range floats {
		d := wire.NewDecoder([]byte(c.in))
		got := d.Float64()
		if (d.Err() == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("Float64(%s) = %v, %v", c.in, got, d.Err())
		}
		d.Release()
	}
	d := wire.NewDecoder([]byte(`"NaN"`))
	defer d.Release()
	if got := d.Float64(); !math.IsNaN(got) {
		t.Errorf(`Float64("NaN") = %v`, got)
	}
}

func TestDecoderNamesTheWrongType(t *testing.T) {
	for in, want := range map[string]string{
		`5`:    "NUMBER_VALUE can not be converted to String",
		`true`: "TRUE_VALUE can not be converted to String",
		`[1]`:  "START_ARRAY can not be converted to String",
		`{`:    "malformed JSON at byte 1: expected a member name",
	} {
		d := wire.NewDecoder([]byte(in))
		_ = d.String()
		if d.Err() == nil || d.Err().Error() != want {
			t.Errorf("%s: %v, want %s", in, d.Err(), want)
		}
		d.Release()
	}
}

func TestNullMeansAbsentExceptInSparseLists(t *testing.T) {
	readString := func(s *string, d *wire.Decoder) { *s = d.String() }
	d := wire.NewDecoder([]byte(`{"a":null,"b":"x"}`))
	defer d.Release()
	if diff := cmp.Diff(map[string]string{"b": "x"}, d.StringMap()); diff != "" {
		t.Error(diff)
	}
	s := wire.NewDecoder([]byte(`["a",null]`))
	defer s.Release()
	if diff := cmp.Diff([]*string{wire.Ptr("a"), nil}, wire.DecodeSparseList(s, readString)); diff != "" {
		t.Error(diff)
	}
	m := wire.NewDecoder([]byte(`{"a":null,"b":"x"}`))
	defer m.Release()
	if diff := cmp.Diff(map[string]*string{"a": nil, "b": wire.Ptr("x")}, wire.DecodeSparseMap(m, readString)); diff != "" {
		t.Error(diff)
	}
	for _, v := range []*wire.Decoder{d, s, m} {
		if v.Err() != nil {
			t.Error(v.Err())
		}
	}
}

func TestTimestampsKeepTheirFormats(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 120_000_000, time.UTC)
	for _, c := range []struct {
		format wire.TimeFormat
		text   string
	}{
		{wire.Epoch, "1772600767.12"}, {wire.ISO8601, "2026-03-04T05:06:07.120Z"}, {wire.HTTPDate, "Wed, 04 Mar 2026 05:06:07 GMT"},
	} {
		if got := string(wire.AppendTime(nil, at, c.format)); got != c.text {
			t.Errorf("wrote %s, want %s", got, c.text)
		}
		back, ok := wire.ParseTime(c.text, c.format)
		if want := at; !ok || !back.Equal(want) && c.format != wire.HTTPDate || back.Unix() != want.Unix() {
			t.Errorf("%s: %v %v", c.text, back, ok)
		}
	}
	for text, want := range map[string]time.Time{
		"2026-03-04T07:06:07.608074706+02:00": time.Date(2026, 3, 4, 5, 6, 7, 608074706, time.UTC),
		"2026-03-04t05:06:07z":                time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
	} {
		if got, ok := wire.ParseTime(text, wire.ISO8601); !ok || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for text, want := range map[string]time.Time{
		"-1.5": time.Unix(-2, 5e8), "0": time.Unix(0, 0), "1e3": time.Unix(1000, 0), "1.000000001": time.Unix(1, 1), "1e-300": time.Unix(0, 0),
	} {
		if got, ok := wire.ParseTime(text, wire.Epoch); !ok || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "1e12", "NaN", "2026-03-04", "1e-999999999"} {
		if got, ok := wire.ParseTime(bad, wire.Epoch); ok && bad != "1e-999999999" {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
	if got := string(wire.AppendTime(nil, time.UnixMilli(-1500), wire.Epoch)); got != "-1.5" {
		t.Errorf("wrote %s, want -1.5", got)
	}
}

func TestEncoderWritesWhatAWSWrites(t *testing.T) {
	e := wire.NewEncoder()
	defer e.Release()
	e.Open()
	e.Key(`"s":`)
	e.String("a\"\\\n\r\t\x01<&>é\u2028\xff😀\ufffe\uffff")
	e.Key(`"f":`)
	wire.EncodeList(e, []float64{5, 0.1, 1e21, 1e-7, math.Inf(1), math.NaN()}, func(f *float64, e *wire.Encoder) { e.Float(*f) })
	e.Key(`"m":`)
	e.StringMap(map[string]string{"b": "2", "a": "1"})
	e.Key(`"l":`)
	e.Strings(nil)
	e.Key(`"n":`)
	wire.EncodeSparseList(e, []*string{nil, wire.Ptr("x")}, func(s *string, e *wire.Encoder) { e.String(*s) })
	e.Key(`"b":`)
	e.Blob([]byte("hi"))
	e.Close()
	want := `{"s":"a\"\\\n\r\t\u0001<&>é` + "\u2028\uFFFD" + `😀\ufffe\uffff","f":[5,0.1,1e+21,1e-07,"Infinity","NaN"],"m":{"a":"1","b":"2"},"l":[],"n":[null,"x"],"b":"aGk="}`
	if got := string(e.Bytes()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid(e.Bytes()) {
		t.Error("not JSON")
	}
}

// FuzzDecoder holds the decoder to encoding/json's opinion of what JSON is, and of what a string says.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e3,true,null,{"b":"\u00e9\ud83d\ude00"}]}`, `"\ud800\ud800"`, `[1,]`, `{"a":1,}`, "\"\xff\"", `0.`, `-01`, "[[[[", `"\"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := skipAll(data)
		if err != nil && strings.Contains(err.Error(), "nested too deeply") {
			return
		}
		if want := json.Valid(data) && utf8.Valid(data); want != (err == nil) {
			t.Fatalf("%q: %v, encoding/json says valid=%v", data, err, want)
		}
		if err != nil || len(data) == 0 {
			return
		}
		var want string
		if json.Unmarshal(data, &want) != nil {
			return
		}
		d := wire.NewDecoder(data)
		defer d.Release()
		if d.Null() {
			return
		}
		if got := d.String(); d.Err() != nil || got != want {
			t.Fatalf("%q read as %q, %v; want %q", data, got, d.Err(), want)
		}
	})
}
