package pattern_test

import (
	"fmt"
	"slices"
	"strings"
)

// invalidEntries are entries of match lists, each refused for another reason, or surprisingly taken.
var invalidEntries = []string{
	`[1]`, `[]`, `{}`, `{"Prefix":"a"}`, `{"nonesuch":1}`, `{"":1}`, `{"prefix":"a","suffix":"b"}`, `{"exactly":1}`, `{"exactly":"10.0.0.1"}`, `{"exactly":"a","b":1}`,
	`{"prefix":1}`, `{"prefix":null}`, `{"prefix":["a"]}`, `{"prefix":{}}`, `{"prefix":{"prefix":"a"}}`, `{"prefix":{"equals-ignore-case":1}}`,
	`{"prefix":{"equals-ignore-case":"a","b":1}}`, `{"prefix":{"equals-ignore-case":["a"]}}`, `{"suffix":1}`, `{"suffix":{}}`, `{"suffix":{"suffix":"a"}}`,
	`{"suffix":{"equals-ignore-case":true}}`, `{"suffix":{"equals-ignore-case":"a"},"x":1}`, `{"equals-ignore-case":1}`, `{"equals-ignore-case":["a"]}`,
	`{"equals-ignore-case":"a","x":1}`, `{"wildcard":1}`, `{"wildcard":["a"]}`, `{"wildcard":"a**b"}`, `{"wildcard":"**"}`, `{"wildcard":"a\\b"}`, `{"wildcard":"\\"}`,
	`{"wildcard":"\u00e9**"}`, `{"wildcard":"\u5927\\x"}`, `{"wildcard":"\ud83d\ude00**"}`, `{"wildcard":"\"**"}`, `{"wildcard":"*\\"}`, `{"wildcard":"\\\\\\"}`, `{"wildcard":"a","b":1}`,
	`{"exists":1}`, `{"exists":"true"}`, `{"exists":null}`, `{"exists":[true]}`, `{"exists":true,"a":1}`, `{"cidr":1}`, `{"cidr":["10.0.0.0/8"]}`, `{"cidr":"10.0.0.0"}`,
	`{"cidr":"10.0.0.0/"}`, `{"cidr":"/8"}`, `{"cidr":"/"}`, `{"cidr":""}`, `{"cidr":"10.0.0.0/8/9"}`, `{"cidr":"10.0.0.0/8/"}`, `{"cidr":"10.0.0.0/8//"}`, `{"cidr":"10.0.0.0/x"}`,
	`{"cidr":"10.0.0.0/-1"}`, `{"cidr":"10.0.0.0/+8"}`, `{"cidr":"10.0.0.0/08"}`, `{"cidr":"10.0.0.0/32"}`, `{"cidr":"::/128"}`, `{"cidr":"::1/127"}`, `{"cidr":"x/8"}`, `{"cidr":"256.0.0.0/8"}`,
	`{"cidr":"10.0.0/8"}`, `{"cidr":":::/8"}`, `{"cidr":"1::2::3/8"}`, `{"cidr":"::ffff:10.0.0.1/8"}`, `{"cidr":"::ffff:a00:1/8"}`, `{"cidr":"::ffff:a00:1/40"}`, `{"cidr":"10.0.0.0/8","x":1}`,
	`{"cidr":" 10.0.0.0/8"}`, `{"cidr":"10.0.0.0/ 8"}`, `{"cidr":"10.0.0.0/99999999999"}`, `{"cidr":"//8"}`,
	`{"numeric":1}`, `{"numeric":[]}`, `{"numeric":[1]}`, `{"numeric":["="]}`, `{"numeric":["=",1,2]}`, `{"numeric":["=","1"]}`, `{"numeric":["==",1]}`, `{"numeric":["<",1,">",0]}`,
	`{"numeric":["<",1,"<",2]}`, `{"numeric":[">",1,">",2]}`, `{"numeric":[">",2,"<",1]}`, `{"numeric":[">=",1,"<=",1]}`, `{"numeric":[">",1,"<"]}`, `{"numeric":[">",1,"<","2"]}`,
	`{"numeric":[">",1,2]}`, `{"numeric":[">",1,"x",2]}`, `{"numeric":[">",1,"<",2,3]}`, `{"numeric":[">",1,"<",2,"<",3]}`, `{"numeric":["=",9007199254740993]}`, `{"numeric":[">",1,"<",9007199254740993]}`,
	`{"numeric":["<",1e400]}`, `{"numeric":["=",1],"x":1}`, `{"numeric":["=",null]}`, `{"numeric":[null]}`, `{"numeric":[{}]}`, `{"numeric":[["="]]}`, `{"numeric":[">",1,null]}`, `{"numeric":[">",1,[]]}`,
	`{"numeric":[">",1,true,2]}`, `{"numeric":["=",{}]}`, `{"numeric":[">=",[1]]}`, `{"numeric":[">",0,"<",-0]}`, `{"numeric":[">",-1,"<",0,0]}`,
	`{"anything-but":null}`, `{"anything-but":true}`, `{"anything-but":[]}`, `{"anything-but":[1,"a"]}`, `{"anything-but":["a",1]}`, `{"anything-but":["a",null]}`, `{"anything-but":[true]}`,
	`{"anything-but":[["a"]]}`, `{"anything-but":[{}]}`, `{"anything-but":{}}`, `{"anything-but":{"cidr":"10.0.0.0/8"}}`, `{"anything-but":{"numeric":["=",1]}}`, `{"anything-but":9007199254740993}`,
	`{"anything-but":[9007199254740993]}`, `{"anything-but":[1,9007199254740993,"a"]}`, `{"anything-but":"a","b":1}`, `{"anything-but":{"prefix":""}}`, `{"anything-but":{"suffix":""}}`,
	`{"anything-but":{"prefix":["a",""]}}`, `{"anything-but":{"suffix":["",1]}}`, `{"anything-but":{"prefix":[]}}`, `{"anything-but":{"wildcard":[]}}`, `{"anything-but":{"equals-ignore-case":[]}}`,
	`{"anything-but":{"prefix":1}}`, `{"anything-but":{"prefix":null}}`, `{"anything-but":{"prefix":[1]}}`, `{"anything-but":{"suffix":true}}`, `{"anything-but":{"suffix":["a",null]}}`,
	`{"anything-but":{"equals-ignore-case":1}}`, `{"anything-but":{"equals-ignore-case":null}}`, `{"anything-but":{"equals-ignore-case":["a",1]}}`, `{"anything-but":{"wildcard":1}}`,
	`{"anything-but":{"wildcard":false}}`, `{"anything-but":{"wildcard":["a",{}]}}`, `{"anything-but":{"wildcard":"a**"}}`, `{"anything-but":{"wildcard":["a","b**"]}}`, `{"anything-but":{"wildcard":["a**",1]}}`,
	`{"anything-but":{"wildcard":["b\\x","a**"]}}`, `{"anything-but":{"prefix":{"equals-ignore-case":"a"}}}`, `{"anything-but":{"suffix":{"equals-ignore-case":"a"}}}`, `{"anything-but":{"prefix":"a","b":1}}`,
	`{"anything-but":{"prefix":"a"},"b":1}`, `{"anything-but":{"prefix":["a"],"b":1}}`, `{"anything-but":{"wildcard":"a"},"b":1}`, `{"anything-but":{"anything-but":"a"}}`, `{"anything-but":{"":"a"}}`,
	`{"anything-but":[1,2],"b":1}`, `{"wildcard":"*a*a*a*a*a*a*"}`, `{"wildcard":"*aaaaaaaaaaa"}`, `{"anything-but":{"wildcard":["*a*b*c*","*a*b*d*","*a*c*d*","*b*c*"]}}`, `tru`, `nul`, `01`, `1.`, `-`, `+1`, `.5`, `1e`, `'a'`, `NaN`, `"\x"`, `"\u00g0"`,
}

// near gives a text that is the hint's, or a little different.
func (g *generator) near(hint leafAt) string {
	s := hint.text
	if hint.kind != 's' || g.IntN(8) == 0 {
		return g.word()
	}
	if g.IntN(6) > 0 {
		return s
	}
	runes := []rune(s)
	i := g.IntN(len(runes) + 1)
	return string(slices.Insert(runes, i, g.runes[g.IntN(len(g.runes))]))
}

// nearNumber gives a number that is the hint, or another.
func (g *generator) nearNumber(hint leafAt) string {
	if hint.kind != 'n' || g.IntN(6) == 0 {
		hint = g.number()
	}
	return g.spelled(hint)
}

// head and tail cut a text.
func (g *generator) head(s string) string { r := []rune(s); return string(r[:g.IntN(len(r)+1)]) }
func (g *generator) tail(s string) string { r := []rune(s); return string(r[g.IntN(len(r)+1):]) }

// starred makes a wildcard that may match s.
func (g *generator) starred(s string) string {
	var b strings.Builder
	star := false
	put := func() {
		if !star && g.IntN(3) == 0 {
			b.WriteByte('*')
			star = true
		}
	}
	put()
	for _, r := range s {
		if star && g.IntN(3) == 0 {
			continue
		}
		if r == '*' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		star = false
		put()
	}
	return b.String()
}

// block makes a CIDR block around an address.
func (g *generator) block(hint leafAt) string {
	s := hint.text
	switch {
	case g.IntN(12) == 0:
		s = g.one(addresses...)
	case g.IntN(2) == 0 || !strings.ContainsAny(s, ".:"):
		s = g.one("10.0.0.7", "0.0.0.0", "192.168.1.1", "010.1.0.0", "::", "::1", "fe80::1", "::ffff:a00:1", "1:2:3:4:5:6:7::")
	}
	bits := g.IntN(32)
	if strings.Contains(s, ":") {
		bits = g.IntN(128)
	}
	return fmt.Sprintf("%s/%d", s, bits)
}

// comparison writes the operand of numeric.
func (g *generator) comparison(hint leafAt) string {
	n := g.nearNumber(hint)
	if g.IntN(3) > 0 {
		return fmt.Sprintf(`[%q,%s]`, g.one("=", "<", "<=", ">", ">="), n)
	}
	low, high := g.one("-1e3", "-1", "0", "1", "-0.5", n), g.one("1e3", "300", "2", "25", n)
	return fmt.Sprintf(`[%q,%s,%q,%s]`, g.one(">", ">="), low, g.one("<", "<="), high)
}

// several writes one operand, or a list of them.
func (g *generator) several(make func() string) string {
	if g.IntN(2) == 0 {
		return make()
	}
	list := []string{make()}
	for g.IntN(2) == 0 {
		list = append(list, make())
	}
	return "[" + strings.Join(list, ",") + "]"
}

// matcher writes an entry of a match list that has to do with the hint.
func (g *generator) matcher(hint leafAt) string {
	s := g.near(hint)
	switch g.IntN(16) {
	case 0:
		return `{"prefix":` + g.quoted(g.head(s)) + `}`
	case 1:
		return `{"suffix":` + g.quoted(g.tail(s)) + `}`
	case 2:
		return `{"equals-ignore-case":` + g.quoted(g.recased(s)) + `}`
	case 3:
		return `{"prefix":{"equals-ignore-case":` + g.quoted(g.recased(g.head(s))) + `}}`
	case 4:
		return `{"suffix":{"equals-ignore-case":` + g.quoted(g.recased(g.tail(s))) + `}}`
	case 5, 6:
		return `{"wildcard":` + g.quoted(g.starred(s)) + `}`
	case 7:
		return `{"cidr":` + g.quoted(g.block(hint)) + `}`
	case 8, 9:
		return `{"numeric":` + g.comparison(hint) + `}`
	case 10:
		return `{"exists":` + g.one("true", "false", "false") + `}`
	case 11, 12:
		return `{"anything-but":` + g.excluded(hint) + `}`
	case 13:
		return `{"exactly":` + g.quoted(s) + `}`
	}
	if hint.kind == 's' {
		hint.text = s
	}
	return g.spelled(hint)
}

// excluded writes the operand of anything-but.
func (g *generator) excluded(hint leafAt) string {
	switch g.IntN(6) {
	case 0:
		return g.several(func() string { return g.quoted(g.near(hint)) })
	case 1:
		return g.several(func() string { return g.nearNumber(hint) })
	case 2:
		return `{"prefix":` + g.several(func() string { return g.quoted(g.head(g.near(hint) + "a")) }) + `}`
	case 3:
		return `{"suffix":` + g.several(func() string { return g.quoted(g.tail("a" + g.near(hint))) }) + `}`
	case 4:
		return `{"equals-ignore-case":` + g.several(func() string { return g.quoted(g.recased(g.near(hint))) }) + `}`
	}
	return `{"wildcard":` + g.several(func() string { return g.quoted(g.starred(g.near(hint))) }) + `}`
}

// spaced writes white space between some tokens.
func (g *generator) spaced(source string) string {
	var b strings.Builder
	inString, escaped := false, false
	for _, r := range source {
		if r == '"' && !escaped {
			inString = !inString
		}
		escaped = r == '\\' && !escaped
		b.WriteRune(r)
		if !inString && strings.ContainsRune(`{}[],:"`, r) && g.IntN(3) == 0 {
			b.WriteString(g.one(" ", "\n", "\r\n", "\t", "  ", "\r"))
		}
	}
	return b.String()
}

// damaged changes some characters of a text.
func (g *generator) damaged(source string) string {
	runes := []rune(source)
	for range 1 + g.IntN(2) {
		i := g.IntN(len(runes) + 1)
		some := []rune(`{}[]{}[]"",,::\\ 0123.eE+-tfn/*u'#` + "\n\t\r\x00\x7f\u00e9\u2028\U0001f600")
		r := some[g.IntN(len(some))]
		switch n := g.IntN(4); {
		case n == 0 || len(runes) == 0 || i == len(runes):
			runes = slices.Insert(runes, i, r)
		case n == 1:
			runes[i] = r
		case n == 2:
			runes = slices.Delete(runes, i, i+1)
		case g.IntN(4) == 0:
			runes = runes[:i]
		default:
			runes = slices.Insert(runes, i, runes[i])
		}
	}
	return string(runes)
}
