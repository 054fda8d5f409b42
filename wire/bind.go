package wire

import (
	"math"
	"net/url"
	"strconv"
)

// Binder gives the generated code what a REST request carries outside its body.
type Binder struct {
	labels map[string]string
	query  url.Values
	fail   error
}

// Label gives a path label; the router never matches an empty one.
func (b *Binder) Label(name string) string { return b.labels[name] }

// Query gives a parameter of the query string, nil when it is absent.
func (b *Binder) Query(name string) *string {
	if v, ok := b.query[name]; ok && len(v) > 0 {
		return &v[0]
	}
	return nil
}

// QueryList gives the values of a repeated parameter, nil when it is absent.
func (b *Binder) QueryList(name string) []string { return b.query[name] }

// QueryInt32 reads an integer from the query string.
func (b *Binder) QueryInt32(name string) *int32 {
	v := b.Query(name)
	if v == nil {
		return nil
	}
	n, err := strconv.ParseInt(*v, 10, 32)
	if err != nil {
		b.refuse(*v, "Integer")
	}
	return Ptr(int32(n))
}

// QueryInt64 reads a long from the query string.
func (b *Binder) QueryInt64(name string) *int64 {
	v := b.Query(name)
	if v == nil {
		return nil
	}
	n, err := strconv.ParseInt(*v, 10, 64)
	if err != nil {
		b.refuse(*v, "Long")
	}
	return &n
}

// QueryFloat64 reads a double from the query string.
func (b *Binder) QueryFloat64(name string) *float64 {
	v := b.Query(name)
	if v == nil {
		return nil
	}
	f, ok := parseFloat(*v)
	if !ok {
		b.refuse(*v, "Double")
	}
	return &f
}

// QueryBool reads true or false from the query string.
func (b *Binder) QueryBool(name string) *bool {
	v := b.Query(name)
	if v == nil {
		return nil
	}
	if *v != "true" && *v != "false" {
		b.refuse(*v, "Boolean")
	}
	return Ptr(*v == "true")
}

// refuse records the first parameter that is no value of its type.
func (b *Binder) refuse(text, want string) {
	if b.fail == nil {
		b.fail = &valueError{text: text, want: want}
	}
}

// parseFloat reads a double as AWS writes it outside JSON.
func parseFloat(s string) (float64, bool) {
	if f, ok := specialFloat(s); ok {
		return f, true
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
