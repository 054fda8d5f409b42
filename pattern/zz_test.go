package pattern_test

import (
	"encoding/json"
	"fmt"
	"github.com/casestream/casestream/pattern"
	"math/rand/v2"
	"strings"
	"testing"
)

func BenchmarkYard(b *testing.B) {
	e := bigEvent(1)
	for b.Loop() {
		var v any
		json.Unmarshal(e, &v)
	}
}
func bigEvent(n int) []byte {
	e := caseEvent(n)
	pad := 1240 - len(e) - 12
	return []byte(string(e[:len(e)-2]) + `,"pad":"` + strings.Repeat("x", pad) + `"}}`)
}
func lot(r *rand.Rand, street string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"type":"Feature","properties":{"MAPBLKLOT":"%07d","BLKLOT":"%07d","BLOCK_NUM":"%04d","LOT_NUM":"%03d","FROM_ST":"%d","TO_ST":"%d","STREET":"%s","ST_TYPE":"ST","ODD_EVEN":"E"},"geometry":{"type":"Polygon","coordinates":[[`, r.IntN(9999999), r.IntN(9999999), r.IntN(9999), r.IntN(999), r.IntN(999), r.IntN(999), street)
	for i := range 12 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"x":-122.%014d,"y":37.%014d,"z":0.0}`, r.IntN(99999999999999), r.IntN(99999999999999))
	}
	b.WriteString(`]]}}`)
	return []byte(b.String())
}
func BenchmarkLots(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var ev [][]byte
	for i := range 1000 {
		ev = append(ev, lot(r, fmt.Sprintf("STREET %d", i)))
	}
	b.Log(len(ev[0]))
	classes := map[string][]string{
		"exact":        {`{"properties":{"STREET":["STREET 5"]}}`, `{"properties":{"STREET":["STREET 6"]}}`, `{"properties":{"MAPBLKLOT":["1430022"]}}`},
		"prefix":       {`{"properties":{"STREET":[{"prefix":"AC"}]}}`, `{"properties":{"STREET":[{"prefix":"BL"}]}}`, `{"properties":{"STREET":[{"prefix":"DR"}]}}`},
		"anything-but": {`{"properties":{"STREET":[{"anything-but":["FULTON"]}]}}`, `{"properties":{"STREET":[{"anything-but":["MASON"]}]},"geometry":{"type":[{"anything-but":"Polygon"}]}}`},
		"arrays":       {`{"geometry":{"type":["Polygon"],"coordinates":{"x":[{"numeric":["=",-122.4286089609642]}],"y":[{"numeric":["=",-37.1]}]}}}`, `{"geometry":{"type":["Polygon"],"coordinates":{"z":[{"numeric":["=",-5]}],"x":[{"numeric":["<",-130]}]}}}`},
	}
	for name, c := range classes {
		b.Run(name, func(b *testing.B) {
			var rules []pattern.Rule
			for i, p := range c {
				rules = append(rules, pattern.Rule{ID: pattern.RuleID(i), Pattern: compiled(b, p)})
			}
			set := pattern.Build(rules)
			var room []pattern.RuleID
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				room, _ = set.Match(ev[i%1000], room[:0])
				i++
			}
		})
	}
}
func BenchmarkGrow(b *testing.B) {
	for _, n := range []int{10, 1000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rules := templateRules(b, n)
			set := pattern.Build(rules)
			var room []pattern.RuleID
			var ev [][]byte
			for i := range 1000 {
				ev = append(ev, bigEvent(i*n/1000))
			}
			b.ReportAllocs()
			i := 0
			b.Run("match", func(b *testing.B) {
				for b.Loop() {
					room, _ = set.Match(ev[i%1000], room[:0])
					i++
				}
			})
			b.Run("build", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					pattern.Build(rules)
				}
			})
			p := compiled(b, strings.ReplaceAll(`{"source":["aws.cases"],"detail-type":["Amazon Connect Cases Change"],"detail":{"eventType":["CASE.CREATED","CASE.UPDATED"],"case":{"templateId":["XX"]}}}`, "XX", "new"))
			b.Run("with", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					set.With(pattern.Rule{ID: 1000000, Pattern: p})
				}
			})
			w := set.With(pattern.Rule{ID: 1000000, Pattern: p})
			b.Run("without", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					w.Without(1000000)
				}
			})
		})
	}
}
