package api_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// uuid is the form of an id.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// got gives the value of a call that may not fail: got(call())(t).
func got[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// only drops a call's output.
func only[T any](_ T, err error) error { return err }

// refusal is a call that must fail, and how.
type refusal struct {
	name   string
	err    error
	code   string
	status int
	says   string // a part of the message; empty: any message
}

// refuse checks calls that must fail.
func refuse(t *testing.T, rows []refusal) {
	t.Helper()
	for _, r := range rows {
		if err := r.check(); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
	}
}

// check says what is wrong with how the call failed.
func (r refusal) check() error {
	if r.err == nil {
		return errors.New("succeeded, want " + r.code)
	}
	var api smithy.APIError
	if !errors.As(r.err, &api) {
		return fmt.Errorf("got %w, want %s", r.err, r.code)
	}
	var resp *awshttp.ResponseError
	if !errors.As(r.err, &resp) {
		return fmt.Errorf("%w carries no HTTP response", r.err)
	}
	switch {
	case api.ErrorCode() != r.code:
		return fmt.Errorf("got %s (%s), want %s", api.ErrorCode(), api.ErrorMessage(), r.code)
	case resp.HTTPStatusCode() != r.status:
		return fmt.Errorf("%s: got status %d, want %d", r.code, resp.HTTPStatusCode(), r.status)
	case api.ErrorMessage() == "":
		return fmt.Errorf("%s has no message", r.code)
	case !strings.Contains(api.ErrorMessage(), r.says):
		return fmt.Errorf("%s says %q, want %q", r.code, api.ErrorMessage(), r.says)
	case resp.ServiceRequestID() == "":
		return fmt.Errorf("%s carries no request id", r.code)
	}
	return nil
}

// walk reads a list page by page and gives all of it. page gives the items of one page and the next token.
// It fails when a page holds more than limit items, or when an item comes twice.
func walk[T any](t *testing.T, limit int, id func(T) string, page func(ctx context.Context, token *string) ([]T, *string, error)) []T {
	t.Helper()
	var all []T
	seen := map[string]bool{}
	var token *string
	for n := 0; n == 0 || token != nil; n++ {
		if n > 1000 {
			t.Fatal("the list does not end")
		}
		items, next, err := page(t.Context(), token)
		if err != nil {
			t.Fatalf("page %d: %v", n, err)
		}
		if len(items) > limit {
			t.Fatalf("page %d has %d items, want at most %d", n, len(items), limit)
		}
		if next != nil && len(items) == 0 {
			t.Fatalf("page %d is empty and yet not the last", n)
		}
		for _, item := range items {
			if seen[id(item)] {
				t.Fatalf("page %d repeats %s", n, id(item))
			}
			seen[id(item)] = true
			all = append(all, item)
		}
		token = next
	}
	return all
}

// as gives the error of a type that err wraps, nil when there is none.
func as[E error](err error) (target E) {
	errors.As(err, &target)
	return target
}

// deref gives the string that p points to, empty for nil.
func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
