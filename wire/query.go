package wire

import (
	"encoding/base64"
	"errors"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxParams bounds the parameters of one awsQuery request; the largest legal one has about 700.
const maxParams = 10000

// ParseForm reads awsQuery's parameters: the query string and, behind it, a form body.
func ParseForm(r *http.Request, body []byte) (url.Values, error) {
	form := url.Values{}
	if r != nil && r.URL != nil {
		var err error
		if form, err = parseQuery(r.URL.RawQuery); err != nil {
			return nil, errors.New("malformed query string")
		}
	}
	if r != nil && len(body) > 0 {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "" && kind != "application/x-www-form-urlencoded" {
			return form, nil
		}
	}
	sent, err := parseQuery(string(body))
	if err != nil {
		return nil, errors.New("malformed form body")
	}
	for k, v := range sent {
		form[k] = append(v, form[k]...)
	}
	return form, nil
}

// parseQuery is url.ParseQuery for whom a semicolon is a character like others, as it is to HTML's forms and AWS.
func parseQuery(s string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(s, ";", "%3B"))
}

// Query is one node of the tree that awsQuery's dotted names spell: "Tag.1.Key" is Key below 1 below Tag.
type Query struct {
	value  string
	has    bool // the node has a value of its own
	kids   map[string]*Query
	shared *queryState
}

// queryState is what all nodes of one request share.
type queryState struct {
	Check
	fail error
}

// NewQuery builds the tree.
func NewQuery(form url.Values) (*Query, error) {
	if len(form) > maxParams {
		return nil, errors.New("too many parameters")
	}
	root := &Query{shared: new(queryState)}
	for name, values := range form {
		if len(values) == 0 || name == "" {
			continue
		}
		if strings.Count(name, ".") >= maxDepth {
			return nil, errors.New("parameter name nested too deeply")
		}
		n := root
		for part := range strings.SplitSeq(name, ".") {
			kid := n.kids[part]
			if kid == nil {
				kid = &Query{shared: root.shared}
				if n.kids == nil {
					n.kids = map[string]*Query{}
				}
				n.kids[part] = kid
			}
			n = kid
		}
		n.value, n.has = values[0], true
	}
	return root, nil
}

// Check gives the request's check.
func (q *Query) Check() *Check { return &q.shared.Check }

// Enter and Leave frame the members of a nested structure for the paths of its violations.
func (q *Query) Enter() bool {
	if q.shared.depth >= maxDepth {
		q.refuse("…", "structure: nested too deeply")
		return false
	}
	q.shared.push()
	return true
}

// Leave ends what Enter began.
func (q *Query) Leave() { q.shared.pop() }

// Get gives the node of a list, map or structure, nil when it is absent.
func (q *Query) Get(name string) *Query { return q.kids[name] }

// Value gives the node of a simple member, nil when it has no value.
func (q *Query) Value(name string) *Query {
	if v := q.kids[name]; v != nil && v.has {
		return v
	}
	return nil
}

// refuse records the first value that is none of its type.
func (q *Query) refuse(text, want string) {
	if q.shared.fail == nil {
		q.shared.fail = &valueError{text: text, want: want}
	}
}

// String gives the node's value.
func (q *Query) String() string { return q.value }

// integer reads a whole number of a size in bits.
func (q *Query) integer(size int, want string) int64 {
	n, err := strconv.ParseInt(q.value, 10, size)
	if err != nil {
		q.refuse(q.value, want)
		return 0
	}
	return n
}

// Int32 reads an integer.
func (q *Query) Int32() int32 { return int32(q.integer(32, "Integer")) }

// Int64 reads a long.
func (q *Query) Int64() int64 { return q.integer(64, "Long") }

// Float64 reads a double.
func (q *Query) Float64() float64 {
	f, ok := parseFloat(q.value)
	if !ok {
		q.refuse(q.value, "Double")
	}
	return f
}

// Bool reads true or false.
func (q *Query) Bool() bool {
	if q.value != "true" && q.value != "false" {
		q.refuse(q.value, "Boolean")
	}
	return q.value == "true"
}

// Blob reads base64.
func (q *Query) Blob() []byte {
	b, err := base64.StdEncoding.DecodeString(q.value)
	if err != nil {
		q.refuse(q.value, "Blob")
	}
	return b
}

// Time reads a timestamp; awsQuery writes ISO 8601 unless the shape says otherwise.
func (q *Query) Time(f TimeFormat) time.Time {
	t, ok := ParseTime(q.value, f)
	if !ok {
		q.refuse(q.value, "Timestamp")
	}
	return t
}

// elements gives a list's nodes in the order of their numbers, which may have gaps. Where a flattened list has
// one element, and only there, old requests leave the number out: AttributeName=All. An empty value is an empty
// list.
func (q *Query) elements(unnumbered bool) []*Query {
	numbers := make([]int, 0, len(q.kids))
	for k := range q.kids {
		if n, err := strconv.Atoi(k); err == nil && n > 0 && n <= math.MaxInt32 && strconv.Itoa(n) == k {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 && unnumbered {
		return []*Query{q}
	}
	slices.Sort(numbers)
	list := make([]*Query, len(numbers))
	for i, n := range numbers {
		list[i] = q.kids[strconv.Itoa(n)]
	}
	return list
}

// QueryList reads a list. below is what lies between the member's name and the numbers: "member", or
// nothing when the list is flattened.
func QueryList[T any](q *Query, below string, one func(*T, *Query)) []T {
	if below != "" {
		if q = q.kids[below]; q == nil {
			return []T{}
		}
	}
	if !q.Enter() {
		return nil
	}
	defer q.Leave()
	list := []T{}
	for i, node := range q.elements(below == "" && q.has && q.value != "") {
		var v T
		q.shared.index(i + 1)
		one(&v, node)
		list = append(list, v)
	}
	return list
}

// QueryMap reads a map, whose entries are numbered and name their key and value members. A missing value
// is the empty one.
func QueryMap[T any](q *Query, below, keyName, valueName string, one func(*T, *Query)) map[string]T {
	m := map[string]T{}
	if below != "" {
		if q = q.kids[below]; q == nil {
			return m
		}
	}
	if !q.Enter() {
		return nil
	}
	defer q.Leave()
	for _, node := range q.elements(below == "" && q.kids[keyName] != nil) {
		key := node.Get(keyName)
		if key == nil {
			q.refuse("an entry without "+keyName, "map entry")
			return m
		}
		value := node.Get(valueName)
		if value == nil {
			value = &Query{shared: q.shared}
		}
		var v T
		q.shared.key(key.value)
		one(&v, value)
		m[key.value] = v
	}
	return m
}

// QueryString reads a string, as an element of a list or a map.
func QueryString(s *string, q *Query) { *s = q.value }

// QueryBlob reads a blob, as an element of a list or a map.
func QueryBlob(b *[]byte, q *Query) { *b = q.Blob() }
