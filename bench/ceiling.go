package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/casestream/casestream/client"
)

// What the canned answers are made of: values as long as those of a real answer.
const (
	cannedID     = "01900000-0000-7000-8000-000000000000"
	cannedDigest = "0cc175b9c0f1b6a831c399e269772661"
	cannedHandle = "MDE5MDAwMDAwMDAwNzAwMDgwMDAwMDAwMDAwMDAwMDAwMTIzNDU2Nzg5MGFiY2RlZg=="
)

// cannedRequest has what the requests for which there are canned answers may contain.
type cannedRequest struct {
	QueueUrl, MessageBody, ReceiptHandle string
	MaxNumberOfMessages                  int
	VisibilityTimeout                    *int
	Entries                              []struct{ Id, MessageBody, ReceiptHandle string }
}

// canned gives the answers of the ceiling: an operation's, for as many entries or messages as the request has or asks for.
func canned(body int) map[string][]string {
	message := client.Object{"MessageId": cannedID, "ReceiptHandle": cannedHandle, "MD5OfBody": cannedDigest, "Body": strings.Repeat("x", body)}
	receive, sent, deleted := make([]string, 11), make([]string, 11), make([]string, 11)
	for n := range receive {
		var messages, results, ids []client.Object
		for i := range n {
			messages = append(messages, message)
			results = append(results, client.Object{"Id": fmt.Sprint(i), "MessageId": cannedID, "MD5OfMessageBody": cannedDigest})
			ids = append(ids, client.Object{"Id": fmt.Sprint(i)})
		}
		receive[n] = jsonText(client.Object{"Messages": messages})
		sent[n] = jsonText(client.Object{"Successful": results, "Failed": []string{}})
		deleted[n] = jsonText(client.Object{"Successful": ids, "Failed": []string{}})
	}
	return map[string][]string{
		"AmazonSQS.SendMessage":        {jsonText(client.Object{"MD5OfMessageBody": cannedDigest, "MessageId": cannedID})},
		"AmazonSQS.DeleteMessage":      {"{}"},
		"AmazonSQS.ReceiveMessage":     receive,
		"AmazonSQS.SendMessageBatch":   sent,
		"AmazonSQS.DeleteMessageBatch": deleted,
	}
}

// jsonText encodes a value that can be.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	fail(err)
	return string(b)
}

// serveCeiling serves what no server with this client on this machine can beat: net/http, the request's
// JSON decoded, a canned answer of the real one's shape, nothing stored.
func serveCeiling(addr string, body int) error {
	answers := canned(body)
	srv := &http.Server{Addr: addr, ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in cannedRequest
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		list := answers[r.Header.Get("X-Amz-Target")]
		n := min(max(len(in.Entries), in.MaxNumberOfMessages), len(list)-1)
		if n < 0 {
			http.Error(w, "no such operation", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Write([]byte(list[n]))
	})}
	return srv.ListenAndServe()
}
