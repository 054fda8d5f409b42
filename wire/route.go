package wire

import (
	"net/url"
	"strings"
)

// Router finds the REST operation for a method and a path. Paths are compared as they were sent, still
// percent-encoded, because an ARN in a label may hold an encoded slash.
type Router struct {
	root routeNode
}

// routeNode is one place in the tree of path segments.
type routeNode struct {
	fixed  map[string]*routeNode
	label  *routeNode
	greedy *routeNode
	ends   map[string]route // by method
}

// route is one operation with the names of the labels on its path.
type route struct {
	service *Service
	op      *Operation
	labels  []string
}

// NewRouter takes the REST operations of services. Where two of them claim one method and path, the first
// keeps it.
func NewRouter(services ...*Service) *Router {
	r := &Router{}
	for _, s := range services {
		for i := range s.Operations {
			if op := &s.Operations[i]; op.Path != "" {
				r.add(s, op)
			}
		}
	}
	return r
}

// segments splits a path; a slash at its end counts for nothing.
func segments(path string) []string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// add enters one operation.
func (r *Router) add(s *Service, op *Operation) {
	at := &r.root
	var labels []string
	path, _, _ := strings.Cut(op.Path, "?")
	for _, seg := range segments(path) {
		next := func(n **routeNode) *routeNode {
			if *n == nil {
				*n = &routeNode{}
			}
			return *n
		}
		name, isLabel := strings.CutPrefix(seg, "{")
		name = strings.TrimSuffix(name, "}")
		switch {
		case !isLabel:
			if at.fixed == nil {
				at.fixed = map[string]*routeNode{}
			}
			n := at.fixed[seg]
			at.fixed[seg] = next(&n)
			at = n
		case strings.HasSuffix(name, "+"):
			labels = append(labels, strings.TrimSuffix(name, "+"))
			at = next(&at.greedy)
		default:
			labels = append(labels, name)
			at = next(&at.label)
		}
	}
	if at.ends == nil {
		at.ends = map[string]route{}
	}
	if _, taken := at.ends[op.Method]; !taken {
		at.ends[op.Method] = route{service: s, op: op, labels: labels}
	}
}

// Match gives the operation for a method and an escaped path (url.URL.EscapedPath) and the labels,
// percent-decoded; a nil operation means that there is none. Fixed segments win over labels, labels over
// greedy ones.
func (r *Router) Match(method, escapedPath string) (*Service, *Operation, map[string]string) {
	var values []string
	found, ok := r.root.match(method, segments(escapedPath), &values)
	if !ok {
		return nil, nil, nil
	}
	labels := make(map[string]string, len(values))
	for i, v := range values {
		decoded, err := url.PathUnescape(v)
		if err != nil || decoded == "" {
			return nil, nil, nil
		}
		labels[found.labels[i]] = decoded
	}
	return found.service, found.op, labels
}

// match walks the rest of a path, collecting what the labels stand for.
func (n *routeNode) match(method string, rest []string, values *[]string) (route, bool) {
	if len(rest) == 0 {
		found, ok := n.ends[method]
		return found, ok
	}
	seg, depth := rest[0], len(*values)
	if next := n.fixed[seg]; next != nil {
		if found, ok := next.match(method, rest[1:], values); ok {
			return found, true
		}
		*values = (*values)[:depth]
	}
	if seg == "" {
		return route{}, false
	}
	if n.label != nil {
		*values = append(*values, seg)
		if found, ok := n.label.match(method, rest[1:], values); ok {
			return found, true
		}
		*values = (*values)[:depth]
	}
	if n.greedy == nil {
		return route{}, false
	}
	for end := len(rest); end > 0; end-- {
		*values = append((*values)[:depth], strings.Join(rest[:end], "/"))
		if found, ok := n.greedy.match(method, rest[end:], values); ok {
			return found, true
		}
	}
	*values = (*values)[:depth]
	return route{}, false
}
