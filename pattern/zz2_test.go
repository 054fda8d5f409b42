package pattern_test

import (
	"fmt"
	"github.com/casestream/casestream/pattern"
	"strings"
	"testing"
)

func BenchmarkHostile(b *testing.B) {
	arr := func(n int) string {
		var l []string
		for i := range n {
			l = append(l, fmt.Sprintf("%q", fmt.Sprint("v", i)))
		}
		return "[" + strings.Join(l, ",") + "]"
	}
	p1 := compiled(b, `{"a":["v299","w"],"b":["v299"],"c":["v298","nope"]}`)
	e1 := []byte(`{"a":` + arr(300) + `,"b":` + arr(300) + `,"c":` + arr(300) + `}`)
	p1b := compiled(b, `{"a":[{"anything-but":"w"}],"b":["v299"],"c":["nope",{"numeric":[">",1]}]}`)
	var l []string
	for i := range 1000 {
		l = append(l, fmt.Sprintf(`{"x":%d,"y":"n%d"}`, i, i))
	}
	e2 := []byte(`{"a":[` + strings.Join(l, ",") + `]}`)
	p2 := compiled(b, `{"a":{"x":[999],"y":["n998"]}}`)
	p2b := compiled(b, `{"a":{"x":[{"anything-but":5}],"y":[{"anything-but":"q"}]}}`)
	p2c := compiled(b, `{"a":{"x":[{"numeric":[">=",0]}],"y":["n999"],"z":[{"exists":false}]}}`)
	p2d := compiled(b, `{"a":{"x":[{"numeric":[">=",0]}],"y":[{"prefix":"n"}],"z":[1,{"exists":false}]}}`)
	p2e := compiled(b, `{"a":{"x":[{"numeric":[">=",0]}],"y":[{"prefix":"n"},{"exists":false}],"z":[1]}}`)
	var ws []pattern.Rule
	for i := range 7 {
		ws = append(ws, pattern.Rule{ID: pattern.RuleID(i), Pattern: compiled(b, fmt.Sprintf(`{"a":[{"wildcard":"*x%d*y%d*z%d*"}]}`, i, i, i))})
	}
	e3 := []byte(`{"a":"` + strings.Repeat("x1y1x2y2x3y3x4y4x5y5x6y6", 10) + `"}`)
	one := func(p *pattern.Pattern) *pattern.Set { return pattern.Build([]pattern.Rule{{ID: 1, Pattern: p}}) }
	for _, c := range []struct {
		n string
		s *pattern.Set
		e []byte
	}{{"arrays", one(p1), e1}, {"arraysb", one(p1b), e1}, {"objects", one(p2), e2}, {"objectsb", one(p2b), e2}, {"objectsc", one(p2c), e2}, {"objectsd", one(p2d), e2}, {"objectse", one(p2e), e2}, {"wild", pattern.Build(ws), e3}} {
		b.Run(c.n, func(b *testing.B) {
			b.ReportAllocs()
			var room []pattern.RuleID
			for b.Loop() {
				var err error
				room, err = c.s.Match(c.e, room[:0])
				if err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(c.e)))
			b.Log(room)
		})
	}
}
