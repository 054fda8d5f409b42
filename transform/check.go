package transform

import "strings"

// blanks are what may stand between the parts of JSON.
const blanks = " \t\r\n"

// hole is where a variable stands in a template.
type hole struct {
	from, to int
	quoted   bool // in quotes
}

// name gives the variable's name.
func (h hole) name(template string) string { return template[h.from+1 : h.to-1] }

// findHoles finds the variables. What is between < and > is one, unless it has a bracket, a quote, a
// backslash or a line end: then the < is a character as others are.
func findHoles(template string) []hole {
	var holes []hole
	quoted := false
	for i := 0; i < len(template); i++ {
		switch template[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case '<':
			n := strings.IndexAny(template[i+1:], "<>\"\\\r\n")
			if n > 0 && template[i+1+n] == '>' {
				h := hole{from: i, to: i + 1 + n + 1, quoted: quoted}
				holes = append(holes, h)
				i = h.to - 1
			}
		}
	}
	return holes
}

// wrongTemplate says where a template ceases to be one, negative if nowhere.
func wrongTemplate(template string, holes []hole, text bool) int {
	if text {
		return wrongText(template)
	}
	filled := []byte(template)
	for _, h := range holes {
		if !h.quoted { // a string of the same length, so that positions stay
			filled[h.from], filled[h.to-1] = '"', '"'
		}
	}
	if pos := wrongAt(string(filled)); pos >= 0 {
		return pos
	}
	for _, h := range holes {
		if isKey(template, h) {
			return h.to
		}
	}
	return -1
}

// isKey says whether a variable is, or is part of, a key of an object.
func isKey(template string, h hole) bool {
	rest := template[h.to:]
	if h.quoted {
		rest = rest[endOfString(rest):]
	}
	return strings.HasPrefix(strings.TrimLeft(rest, blanks), ":")
}

// wrongText says where a template ceases to be JSON strings with blanks between them, negative if nowhere.
func wrongText(template string) int {
	for pos := 0; ; {
		pos = len(template) - len(strings.TrimLeft(template[pos:], blanks))
		if pos == len(template) {
			return -1
		}
		if template[pos] != '"' {
			return pos + 1
		}
		end := pos + 1 + endOfString(template[pos+1:])
		if wrong := wrongAt(template[pos:end]); wrong >= 0 {
			return pos + wrong
		}
		pos = end
	}
}

// endOfString gives the length of what is left of a JSON string, its closing quote included.
func endOfString(rest string) int {
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(rest)
}
