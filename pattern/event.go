package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxDepth is how deep arrays and objects may be nested, in a pattern and in an event.
const MaxDepth = maxDepth

// CheckEvent says with an ErrEvent that a text is no event: that it is not a JSON object, or nests deeper than
// MaxDepth. Match reads no further than it needs to, and does not always notice.
func CheckEvent(event []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(event, &whole)
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &broken):
		return fmt.Errorf("%w: at byte %d: %w", ErrEvent, broken.Offset, broken)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrEvent, err)
	case whole[0] != '{':
		return fmt.Errorf("%w: it is another JSON value", ErrEvent)
	case Depth(event) > MaxDepth:
		return fmt.Errorf("%w: it is nested more than %d deep", ErrEvent, MaxDepth)
	}
	return nil
}

// Depth tells how deep the arrays and objects of a JSON text are nested: 0 for a scalar.
func Depth(text []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return deepest
}
