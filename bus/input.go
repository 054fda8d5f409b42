package bus

import (
	"errors"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/transform"
)

// InputTransformer is a template for what a target receives, and the paths of its variables.
type InputTransformer struct {
	Paths    map[string]string `json:"paths,omitempty"`
	Template string            `json:"template"`
}

// input makes of an event what a target receives. The zero value is the event.
type input struct {
	constant []byte
	path     *transform.Path
	template *transform.Template
}

// whole says whether the target receives events as they are.
func (in *input) whole() bool { return in.constant == nil && in.path == nil && in.template == nil }

// readInput compiles a target's input settings. What is wrong with them is a *transform.Error.
func readInput(t *Target) (in input, err error) {
	switch {
	case t.Input != nil:
		in.constant = []byte(*t.Input)
		err = transform.CheckInput(*t.Input)
	case t.InputPath != nil:
		in.path, err = transform.CompilePath(*t.InputPath)
	case t.InputTransformer != nil:
		in.template, err = transform.Compile(t.InputTransformer.Paths, t.InputTransformer.Template)
	}
	return in, err
}

// wordsFor gives AWS's words about the input settings of a target.
func wordsFor(err error, target string) string {
	if e, ok := errors.AsType[*transform.Error](err); ok {
		return e.For(target)
	}
	return err.Error()
}

// body makes of an event what the target receives. That there is none is a fault.Invalid: the next event may
// be another matter, this one will not.
func (in *input) body(event []byte, o transform.Origin) (b []byte, err error) {
	switch {
	case in.constant != nil:
		return in.constant, nil
	case in.path != nil:
		if b, err = in.path.Find(event); err != nil {
			return nil, fault.Wrap(fault.Invalid, "The target's InputPath has no result: "+err.Error()+".", err)
		}
	case in.template != nil:
		if b, err = in.template.Append(nil, event, o); err != nil {
			return nil, fault.Wrap(fault.Invalid, "The target's InputTransformer has no result: "+err.Error()+".", err)
		}
		b = sendable(b)
	default:
		b = event
	}
	return b, nil
}
