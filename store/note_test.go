package store_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/casestream/casestream/store"
)

func TestNotesSayWhatWasTold(t *testing.T) {
	many := slices.Repeat([]int64{math.MinInt64}, 256)
	for _, c := range []struct {
		name string
		keys []int64
		text string
	}{
		{"hello", nil, "n-1 hello"},
		{"queue", nil, "n-1 queue:*"},
		{"queue", []int64{7}, "n-1 queue:7"},
		{"queue_later", []int64{-1, 0, math.MaxInt64}, "n-1 queue_later:-1,0,9223372036854775807"},
		{"lane", many, "n-1 lane:" + strings.TrimSuffix(strings.Repeat("-9223372036854775808,", 256), ",")},
	} {
		text := store.NoteText("n-1", c.name, c.keys)
		if text != c.text || len(text) > 7999 {
			t.Errorf("%d bytes: %s", len(text), text)
		}
		from, name, keys, ok := store.ParseNote(text)
		if !ok || from != "n-1" || name != c.name || !slices.Equal(keys, c.keys) {
			t.Errorf("%s: %s %s %v %v", text, from, name, keys, ok)
		}
	}
}

func TestWhatIsNoNoteIsPassedOver(t *testing.T) {
	for _, text := range []string{
		"", " ", "n", "n ", " hello", "n hello there", "n queue:", "n queue:x", "n queue:1,", "n queue:1 2", "n queue:9223372036854775808",
		"N hello", "n Queue:1", "n ünter:1", "n :1", strings.Repeat("n", 65) + " hello",
		"n queue:" + strings.Repeat("1,", 256) + "1", "n queue:" + strings.Repeat("1", 8000),
	} {
		if _, _, _, ok := store.ParseNote(text); ok {
			t.Errorf("%.80q was taken", text)
		}
	}
}

func FuzzNotes(f *testing.F) {
	for _, text := range []string{"n-1 hello", "n queue:*", "n queue:1,2,3", "n queue:", "n queue:-", "", "n lane:1,,2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from, name, keys, ok := store.ParseNote(text)
		if !ok {
			return
		}
		f2, n2, k2, ok := store.ParseNote(store.NoteText(from, name, keys))
		if !ok || fmt.Sprint(f2, n2, k2) != fmt.Sprint(from, name, keys) {
			t.Errorf("%q: %s %s %v, then %s %s %v", text, from, name, keys, f2, n2, k2)
		}
	})
}
