package sqs

import (
	"cmp"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/casestream/casestream/queue"
)

// digest gives a text's MD5, by which clients see that it came through whole.
func digest(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// digestAttributes gives the MD5 of attributes in SQS's encoding; nil where there are none.
func digestAttributes(list []queue.Attribute) *string {
	if len(list) == 0 {
		return nil
	}
	list = slices.SortedFunc(slices.Values(list), func(a, b queue.Attribute) int { return cmp.Compare(a.Name, b.Name) })
	var buf []byte
	add := func(v string) {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(v)))
		buf = append(buf, v...)
	}
	for _, a := range list {
		add(a.Name)
		add(a.DataType)
		if a.IsBinary() {
			buf = append(buf, 2)
			add(string(a.BinaryValue))
		} else {
			buf = append(buf, 1)
			add(a.StringValue)
		}
	}
	d := digest(string(buf))
	return &d
}
