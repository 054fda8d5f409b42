package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/casestream/casestream/base/fault"
)

// Message is one message on its way into a queue.
type Message struct {
	Body        string
	Attributes  []Attribute
	GroupID     string
	DedupID     string
	Delay       *time.Duration // nil: the queue's
	TraceHeader string
	SenderID    string

	// ID and Sequence are filled in by sending. A message that repeats one of the last five minutes on a
	// FIFO queue gets the first one's, and is not sent again.
	ID       string
	Sequence string // FIFO queues only

	seq     int64
	visible int64 // microseconds
	dedup   string
	moved   bool // from another queue: not looked for among duplicates
}

// Attribute is one message attribute.
type Attribute struct {
	Name        string `json:"n"`
	DataType    string `json:"t"`
	StringValue string `json:"s,omitempty"`
	BinaryValue []byte `json:"b,omitempty"`
}

// IsBinary says whether the attribute's value is its bytes.
func (a Attribute) IsBinary() bool { return strings.HasPrefix(a.DataType, "Binary") }

// maxAttributes bounds the attributes of a message.
const maxAttributes = 10

// Size is what counts against a queue's maximum: the body, and each attribute's name, type and value.
func (m *Message) Size() int { return len(m.Body) + sizeOf(m.Attributes) }

// sizeOf is what attributes add to a message's size.
func sizeOf(list []Attribute) (n int) {
	for _, a := range list {
		n += len(a.Name) + len(a.DataType) + len(a.StringValue) + len(a.BinaryValue)
	}
	return n
}

// Check says what keeps a message out of a queue; nil: nothing.
func (q *Queue) Check(m *Message) error {
	if m.Body == "" {
		return missing("MessageBody")
	}
	if m.Size() > q.MaxMessageSize {
		return tooLong(q.MaxMessageSize)
	}
	if !validText(m.Body) {
		return &fault.Error{Kind: fault.Invalid, Subject: SubjectContents, Msg: contentsText}
	}
	if !validText(m.TraceHeader) {
		return parameter(contentsText)
	}
	if err := checkAttributes(m.Attributes); err != nil {
		return err
	}
	if m.Delay != nil {
		if err := q.checkDelay(*m.Delay); err != nil {
			return err
		}
	}
	return q.checkOrder(m)
}

// checkDelay checks a message's own delay.
func (q *Queue) checkDelay(d time.Duration) error {
	seconds := strconv.Itoa(int(d / time.Second))
	if d < 0 || d > 900*time.Second {
		return parameterValue(seconds, attrDelay, "DelaySeconds must be >= 0 and <= 900.")
	}
	if q.FIFO && d > 0 {
		return parameterValue(seconds, attrDelay, "The request include parameter that is not valid for this queue type.")
	}
	return nil
}

// checkOrder checks the two ids of FIFO queues.
func (q *Queue) checkOrder(m *Message) error {
	if m.GroupID != "" && !validID(m.GroupID) {
		return badID(m.GroupID, "MessageGroupId")
	}
	if m.DedupID != "" && !validID(m.DedupID) {
		return badID(m.DedupID, "MessageDeduplicationId")
	}
	switch {
	case !q.FIFO && m.DedupID != "":
		return parameterValue(m.DedupID, "MessageDeduplicationId", "The request includes a parameter that is not valid for this queue type.")
	case q.FIFO && m.GroupID == "":
		return missing("MessageGroupId")
	case q.FIFO && m.DedupID == "" && !q.ContentDedup:
		return parameter("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	}
	return nil
}

// contentsText says which characters a message may have.
const contentsText = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"

// missing says that a parameter is not there.
func missing(name string) error {
	return &fault.Error{Kind: fault.Invalid, Subject: SubjectMissing, ID: name, Msg: "The request must contain the parameter " + name + "."}
}

// tooLong says that a message is larger than the queue takes.
func tooLong(limit int) error {
	return &fault.Error{
		Kind: fault.Invalid, Subject: SubjectSize,
		Msg: "One or more parameters are invalid. Reason: Message must be shorter than " + strconv.Itoa(limit) + " bytes.",
	}
}

// badID says that an id has characters or a length that it may not have.
func badID(value, name string) error {
	return parameterValue(value, name, name+" can only include alphanumeric and punctuation characters. 1 to 128 in length.")
}

// validID says whether a group or deduplication id is one: letters, digits and ASCII punctuation.
func validID(s string) bool {
	if len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// validText says whether a text has only characters that SQS takes.
func validText(s string) bool {
	for i := 0; i < len(s); {
		if i+8 <= len(s) && printable8(s[i:i+8]) {
			i += 8
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			return false
		}
		i += n
	}
	return true
}

// printable8 says whether eight bytes, which is how most of a long text is looked at, are printable ASCII.
func printable8(s string) bool {
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	const each = 0x0101010101010101
	return (x|(x-0x20*each))&(0x80*each) == 0 // no byte is past 0x7f, and none is below 0x20
}

// checkAttributes checks a message's attributes.
func checkAttributes(list []Attribute) error {
	if len(list) > maxAttributes {
		return parameter("Number of message attributes [" + strconv.Itoa(len(list)) + "] exceeds the allowed maximum [10].")
	}
	for _, a := range list {
		if !validAttributeName(a.Name) {
			return parameter("The message attribute name '" + a.Name + "' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.")
		}
		kind, _, _ := strings.Cut(a.DataType, ".")
		if kind != "String" && kind != "Number" && kind != "Binary" || len(a.DataType) > 256 {
			return parameter("The message attribute '" + a.Name + "' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.")
		}
		if kind == "Binary" && len(a.BinaryValue) == 0 || kind != "Binary" && a.StringValue == "" {
			return parameter("Message (user) attribute '" + a.Name + "' must contain a non-empty value of type '" + kind + "'.")
		}
		if !validText(a.StringValue) {
			return parameter(contentsText)
		}
		if kind == "Number" && !validNumber(a.StringValue) {
			return parameter("Can't cast the value of message (user) attribute '" + a.Name + "' to a number.")
		}
	}
	return nil
}

// validAttributeName checks an attribute's name; those that AWS keeps for itself are refused. Letters of any
// script pass, as on AWS.
func validAttributeName(s string) bool {
	if s == "" || len(s) > 256 || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	lower := strings.ToLower(s)
	if strings.HasPrefix(lower, "aws.") || strings.HasPrefix(lower, "amazon.") {
		return false
	}
	for _, r := range s {
		if r >= utf8.RuneSelf && !unicode.IsLetter(r) || r < utf8.RuneSelf && !isName(string(r)) {
			return false
		}
	}
	return true
}

// validNumber says whether a text is a decimal number.
func validNumber(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return false
		}
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || strings.HasSuffix(err.Error(), "value out of range")
}

// prepare fixes what the message is stored with.
func (m *Message) prepare(q *Queue, messageID string, now time.Time) {
	m.ID, m.Sequence = messageID, ""
	delay := q.Delay
	if m.Delay != nil && !q.FIFO { // on a FIFO queue the only delay that passes is 0, and stands for the queue's
		delay = *m.Delay
	}
	m.visible = now.Add(delay).UnixMicro()
	m.dedup = m.DedupID
	if q.FIFO && m.dedup == "" {
		sum := sha256.Sum256([]byte(m.Body))
		m.dedup = hex.EncodeToString(sum[:])
	}
}

// sequence writes a message's number as a SequenceNumber: 20 digits, so that it sorts as text.
func sequence(seq int64) string {
	s := strconv.FormatInt(seq, 10)
	return strings.Repeat("0", 20-len(s)) + s
}
