package main

import (
	"net/url"
	"slices"
	"testing"

	"github.com/casestream/casestream/client"
)

func TestFieldsAreFoundInTheAnswersOfEachServer(t *testing.T) {
	for name, c := range map[string]struct {
		query  bool
		answer string
		want   []string
	}{
		"JSON":             {answer: `{"Messages":[{"ReceiptHandle":"a#1=","Body":"x"},{"Body":"y","ReceiptHandle":"b"}]}`, want: []string{"a#1=", "b"}},
		"JSON with blanks": {answer: `{"Messages": [{"ReceiptHandle": "a", "Body": "x"}]}`, want: []string{"a"}},
		"XML":              {query: true, answer: "  <R>\n<ReceiptHandle>a#b</ReceiptHandle></R>", want: []string{"a#b"}},
		"no message":       {answer: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := &queueWork{query: c.query}
			if got := w.find("ReceiptHandle", []byte(c.answer)); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestRequestsInTheQueryProtocolNumberTheirEntries(t *testing.T) {
	w := &queueWork{query: true, srv: &process{base: "http://127.0.0.1:1"}}
	r := w.request("DeleteMessageBatch", client.Object{"QueueUrl": "http://x/q", "Entries": []client.Object{{"Id": "0", "ReceiptHandle": "a"}, {"Id": "1", "ReceiptHandle": "b"}}})
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Action": "DeleteMessageBatch", "QueueUrl": "http://x/q",
		"DeleteMessageBatchRequestEntry.1.ReceiptHandle": "a", "DeleteMessageBatchRequestEntry.2.Id": "1",
	} {
		if got := form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestMedianIsTheMiddle(t *testing.T) {
	for _, c := range []struct {
		all  []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := median(c.all); got != c.want {
			t.Errorf("the median of %v is %v, want %v", c.all, got, c.want)
		}
	}
}
