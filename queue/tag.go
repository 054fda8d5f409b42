package queue

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casestream/casestream/store"
)

// Limits on a queue's tags, and on their parts in characters.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// reservedTags is how the keys begin that only AWS gives.
const reservedTags = "aws:"

// tagText is what keys and values of tags consist of, on AWS as a whole.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// Tag adds tags to a queue, in place of those with the same keys.
func (s *Queues) Tag(ctx context.Context, ref Ref, tags map[string]string) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		if len(tags) == 0 {
			return missing("Tags")
		}
		all := maps.Clone(q.Tags)
		maps.Copy(all, tags)
		if err := checkTags(q.Name, tags, len(all)); err != nil {
			return err
		}
		return updateQueue(tx, q.ID, q.set, all)
	})
}

// Untag removes tags from a queue; keys that it does not have are passed over.
func (s *Queues) Untag(ctx context.Context, ref Ref, keys []string) error {
	return s.change(ctx, ref, func(tx *store.Tx, q *Queue) error {
		if len(keys) == 0 {
			return badTagKey()
		}
		all := maps.Clone(q.Tags)
		for _, k := range keys {
			delete(all, k)
		}
		if len(all) == len(q.Tags) {
			return nil
		}
		return updateQueue(tx, q.ID, q.set, all)
	})
}

// checkTags checks the tags that a queue is given, which will have so many in all.
func checkTags(queue string, tags map[string]string, all int) error {
	if all > maxTags {
		return parameter("Too many tags added for queue " + queue + ".")
	}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		switch v := tags[k]; {
		case k == "" || utf8.RuneCountInString(k) > maxTagKey:
			return badTagKey()
		case len(k) >= len(reservedTags) && strings.EqualFold(k[:len(reservedTags)], reservedTags):
			return parameter("Tag keys cannot start with the reserved prefix \"aws:\".")
		case !tagText.MatchString(k):
			return parameter("Tag keys may only contain unicode letters, digits, whitespace, or one of these symbols: _ . : / = + - @")
		case utf8.RuneCountInString(v) > maxTagValue:
			return parameter("Tag values must be between 0 and 256 characters in length.")
		case !tagText.MatchString(v):
			return parameter("Tag values may only contain unicode letters, digits, whitespace, or one of these symbols: _ . : / = + - @")
		}
	}
	return nil
}

// badTagKey says that there is no tag of such a key.
func badTagKey() error {
	return parameter("Tag keys must be between 1 and 128 characters in length.")
}
