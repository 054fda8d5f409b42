package main

import (
	"fmt"
	"strings"
)

// hostileCase is a few rules, and one event that its sender has made to be expensive.
type hostileCase struct {
	name  string
	rules []string
	event []byte
	hits  int
}

// hostile are the expensive ones.
func hostile() []hostileCase {
	return []hostileCase{threeArrays(300), twoFields(1_000), stars(1_000)}
}

// threeArrays is three arrays that one pattern joins: trying each combination would be n³ of them. One rule finds
// its values at the ends, the other does not find its last.
func threeArrays(n int) hostileCase {
	array := func(name string) string {
		var values []string
		for i := range n {
			values = append(values, fmt.Sprintf(`"%s%03d"`, name, i))
		}
		return fmt.Sprintf(`%q:[%s]`, name, strings.Join(values, ","))
	}
	return hostileCase{
		name: fmt.Sprintf("three arrays of %d", n),
		rules: []string{
			fmt.Sprintf(`{"a":["a%03d"],"b":["b%03d"],"c":["c%03d"]}`, n-1, n-1, n-1),
			`{"a":[{"prefix":"a"}],"b":[{"prefix":"b"}],"c":["d"]}`,
		},
		event: []byte("{" + array("a") + "," + array("b") + "," + array("c") + "}"),
		hits:  1,
	}
}

// twoFields is an array of objects of which each has one half of what a pattern asks for, but for the last, which
// has both; the other rule's halves are never in one object.
func twoFields(n int) hostileCase {
	objects := make([]string, n)
	for i := range objects {
		objects[i] = []string{`{"k":"a","v":"x"}`, `{"k":"b","v":"y"}`}[i%2]
	}
	objects[n-1] = `{"k":"a","v":"y"}`
	return hostileCase{
		name:  fmt.Sprintf("an array of %d objects", n),
		rules: []string{`{"list":{"k":["a"],"v":["y"]}}`, `{"list":{"k":["b"],"v":["x"]}}`},
		event: []byte(`{"list":[` + strings.Join(objects, ",") + `]}`),
		hits:  1,
	}
}

// stars is wildcards with three letters between their stars, and a long string in which each star has many ways to
// begin, but in which the last letter of most is missing.
func stars(n int) hostileCase {
	var rules []string
	for _, letters := range []string{"abz", "bcz", "cdz", "dez", "efz", "faz", "abc"} {
		rules = append(rules, fmt.Sprintf(`{"text":[{"wildcard":"*%s*"}]}`, strings.Join(strings.Split(letters, ""), "*")))
	}
	return hostileCase{
		name:  "seven wildcards *x*y*z*",
		rules: rules,
		event: []byte(`{"text":"` + strings.Repeat("abcdef", n/6) + `"}`),
		hits:  1,
	}
}
