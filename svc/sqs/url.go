package sqs

import (
	"context"
	"net/url"
	"strings"

	"github.com/casestream/casestream/wire"
)

// splitURL finds account and queue in a queue URL: its last two segments, whatever host it names. A bare
// name is one too, in the caller's account.
func splitURL(queueURL string) (account, name string) {
	path := queueURL
	if _, rest, ok := strings.Cut(path, "://"); ok {
		path = rest
	}
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	name = parts[len(parts)-1]
	if len(parts) > 1 {
		account = parts[len(parts)-2]
	}
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	return account, name
}

// url gives a queue's URL as the caller can reach it: with the scheme and host of the request.
func (s *Service) url(ctx context.Context, name string) *string {
	call := wire.CallOf(ctx)
	scheme, host := call.Scheme, call.Host
	if scheme == "" {
		scheme = "https"
	}
	if host == "" {
		host = "sqs." + s.arns.Region + ".amazonaws.com"
	}
	u := scheme + "://" + host + "/" + s.arns.Account + "/" + name
	return &u
}
