package sigv4_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/casestream/casestream/wire/sigv4"
)

func FuzzVerify(f *testing.F) {
	r := httptest.NewRequest("POST", "/", nil)
	sigv4.Sign(r, nil, creds, "us-east-1", "sqs", at)
	auth := r.Header.Get("Authorization")
	f.Add(auth, "", "/", "20260131T120000Z", []byte(nil))
	f.Add("", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Fus-east-1%2Fsqs%2Faws4_request"+
		"&X-Amz-Date=20260131T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00", "/", "", []byte("x"))
	f.Add("AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;,Signature==", "%", "//%2f", "", []byte("x"))
	v := verifier(creds, at)
	f.Fuzz(func(t *testing.T, header, query, path, date string, body []byte) {
		r := httptest.NewRequest("POST", "/", nil)
		r.URL.RawQuery, r.URL.Path, r.URL.RawPath = query, path, path
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		if date != "" {
			r.Header.Set("X-Amz-Date", date)
		}
		_, _ = sigv4.Peek(r)
		_, err := v.Verify(r, body, "sqs")
		if err == nil && (header != auth || query != "" || len(body) > 0) && !bytes.Contains([]byte(header), []byte("Signature="+auth[len(auth)-64:])) {
			t.Errorf("accepted %q ? %q", header, query)
		}
	})
}

func BenchmarkVerifySendMessage(b *testing.B) {
	body := []byte(`{"QueueUrl":"http://127.0.0.1:4566/123456789012/orders","MessageBody":"` + strings.Repeat("x", 950) + `"}`)
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	r.Header.Set("User-Agent", "bench")
	sigv4.Sign(r, body, creds, "us-east-1", "sqs", at)
	v := verifier(creds, at)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(r, body, "sqs"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignSendMessage(b *testing.B) {
	body := []byte(strings.Repeat("x", 1024))
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	b.ReportAllocs()
	for b.Loop() {
		sigv4.Sign(r, body, creds, "us-east-1", "sqs", at)
	}
}
