package transform

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// AWS's limits.
const (
	maxTemplate = 8192 // characters
	maxPaths    = 100
	maxKey      = 256 // characters
)

// Template is a compiled InputTransformer.
//
// There are two kinds. A text template is one or more JSON strings, each on a line of its own: it begins with
// a quote. Every other template has to be JSON once each variable is taken for a string.
type Template struct {
	tree  tree
	parts []part
	rest  string // behind the last variable
	head  [len(headKeys)]int
}

// part is a piece of a template: constant text, and the variable behind it.
type part struct {
	text string
	kind variable
	slot int // of a path's variable
	mode mode
}

// variable says where a variable's value comes from.
type variable int

// The kinds of variables: the paths of the map, and those that are always there.
const (
	ofPath variable = iota
	ruleARN
	ruleName
	ingestionTime
	eventHead  // the event without its detail
	eventWhole // the event
)

// predefined are the variables that need no path.
var predefined = map[string]variable{
	"aws.events.rule-arn":             ruleARN,
	"aws.events.rule-name":            ruleName,
	"aws.events.event.ingestion-time": ingestionTime,
	"aws.events.event":                eventHead,
	"aws.events.event.json":           eventWhole,
}

// headKeys are the fields of aws.events.event, in AWS's order: what each is called in the event, and there.
var headKeys = [...]struct{ field, shown string }{
	{"id", `"id":`},
	{"account", `"account":`},
	{"detail-type", `"detailType":`},
	{"time", `"time":`},
	{"source", `"source":`},
	{"region", `"region":`},
	{"resources", `"resources":`},
	{"version", `"version":`},
}

// mode says how a value is written, which depends on where its variable stands.
type mode int

// The places of a variable.
const (
	asJSON   mode = iota // in a JSON template, outside quotes
	inQuotes             // in a JSON template, in quotes
	inText               // in a text template
)

// keySyntax is what a name of InputPathsMap looks like. That no name may begin with "AWS." follows from it.
var keySyntax = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Compile reads an InputTransformer: paths is its InputPathsMap. The error is an *Error.
func Compile(paths map[string]string, template string) (*Template, error) {
	steps, err := readPaths(paths)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(template); n == 0 || n > maxTemplate {
		return nil, refuse("InputTemplate for target ", " must have 1 to 8192 characters.")
	}
	holes := findHoles(template)
	for _, h := range holes {
		if name := h.name(template); steps[name] == nil && predefined[name] == 0 {
			return nil, refuse("InputTemplate for target ", " contains invalid placeholder "+name+".")
		}
	}
	text := isText(template)
	if pos := wrongTemplate(template, holes, text); pos >= 0 {
		return nil, refuse("Invalid InputTemplate for target ", " : "+location(template, pos)+".")
	}
	t := new(Template)
	from := 0
	for _, h := range holes {
		p := part{text: template[from:h.from], mode: inText, kind: predefined[h.name(template)]}
		if !text {
			p.mode = asJSON
			if h.quoted {
				p.mode = inQuotes
			}
		}
		t.need(&p, steps[h.name(template)])
		t.parts = append(t.parts, p)
		from = h.to
	}
	t.rest = template[from:]
	t.tree.finish()
	return t, nil
}

// need lets the walk over an event look for what a part is made of.
func (t *Template) need(p *part, steps *[]step) {
	switch p.kind {
	case ofPath:
		p.slot = t.tree.add(*steps)
	case eventWhole:
		p.slot = t.tree.add(nil)
	case eventHead:
		for i, k := range headKeys {
			t.head[i] = t.tree.add([]step{{field: k.field, index: -1}})
		}
	case ruleARN, ruleName, ingestionTime:
	}
}

// readPaths reads an InputPathsMap.
func readPaths(paths map[string]string) (map[string]*[]step, error) {
	if len(paths) > maxPaths {
		return nil, refuse("InputPathsMap for target ", " must have at most 100 entries.")
	}
	read := make(map[string]*[]step, len(paths))
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		if len(name) > maxKey || !keySyntax.MatchString(name) {
			return nil, refuse("InputPathsMap for target ", " contains invalid key "+name+".")
		}
		steps, ok := parsePath(paths[name])
		if !ok {
			return nil, refuse("Parameter InputPathsMap is not valid for target ", ". Reason: "+name+" is no path. "+pathSyntax)
		}
		read[name] = &steps
	}
	return read, nil
}

// isText tells the kind of a template.
func isText(template string) bool {
	return strings.HasPrefix(strings.TrimLeft(template, blanks), `"`)
}
