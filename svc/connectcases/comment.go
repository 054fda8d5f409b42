package connectcases

import "github.com/casestream/casestream/wire"

// Comment is a text that somebody left on a case.
type Comment struct {
	Body        string `json:"body"`
	ContentType string `json:"contentType"`
}

// itemType is Comment.
func (*Comment) itemType() string { return itemComment }

// subject is nothing.
func (*Comment) subject() string { return "" }

// attribute has commentText, although the content has body: so AWS's sample has it.
func (*Comment) attribute() string { return "comment.commentText" }

// maxAuditText is how much of a text the history keeps: as much as AWS shows of it.
const maxAuditText = 4100

// values has the body, cut to what the history keeps.
func (c *Comment) values() []FieldValue {
	body := []rune(c.Body)
	return []FieldValue{{"comment.body", text(string(body[:min(len(body), maxAuditText)]))}}
}

// place has nothing to do: the shape says all that there is to check.
func (*Comment) place(*placing) error { return nil }

// encode leaves the content type out, as AWS's sample does.
func (c *Comment) encode(e *wire.Encoder) {
	e.Key(`"body":`)
	e.String(c.Body)
}
