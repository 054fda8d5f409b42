package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/casestream/casestream/gateway"
	"github.com/casestream/casestream/wire"
)

// TestEveryOperationIsGuarded walks over all operations: none may be reached without a good signature.
func TestEveryOperationIsGuarded(t *testing.T) {
	reached := 0
	list := services()
	for _, s := range list {
		for i := range s.Operations {
			s.Operations[i].Call = func(context.Context, *wire.Request) (wire.Output, error) {
				reached++
				return said{}, nil
			}
		}
	}
	h := door(func(c *gateway.Config) { c.Services = list })
	spoil := map[string]func(*http.Request){
		"unsigned": func(r *http.Request) { r.Header.Del("Authorization") },
		"empty":    func(r *http.Request) { r.Header.Set("Authorization", "") },
		"other key": func(r *http.Request) {
			r.Header["Authorization"][0] = strings.Replace(r.Header.Get("Authorization"), "AKIDEXAMPLE", "AKIDOTHER", 1)
		},
		"other secret":  func(r *http.Request) { r.Header["Authorization"][0] += "0" },
		"two":           func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) },
		"query too":     func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Signature=0" },
		"other date":    func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260131T120001Z") },
		"other host":    func(r *http.Request) { r.Host = "localhost" },
		"token":         func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "x") },
		"streaming":     func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER") },
		"unsigned body": func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") },
		"version 2":     func(r *http.Request) { r.Header.Set("Authorization", "AWS AKIDEXAMPLE:x") },
		"bearer":        func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") },
		"two algorithms": func(r *http.Request) {
			r.Header["Authorization"][0] = strings.Replace(r.Header.Get("Authorization"), "HMAC", "ECDSA", 1)
		},
	}
	good := 0
	for _, s := range list {
		for _, op := range s.Operations {
			q := request{service: s.SigningName, method: op.Method, target: strings.NewReplacer("{domainId}", "d", "{arn}", "a").Replace(op.Path)}
			switch s.Protocol {
			case wire.AWSQuery, wire.AWSQueryJSON:
				q.header, q.body = form, "Action="+op.Name
			case wire.RestJSON1:
			case wire.AWSJSON10, wire.AWSJSON11:
				q.header = map[string]string{"X-Amz-Target": s.TargetPrefix + "." + op.Name}
			}
			if w := q.send(h); w.Code != 200 {
				t.Errorf("%s:%s, signed: %d %s", s.ID, op.Name, w.Code, w.Body)
			}
			good++
			for name, change := range spoil {
				q.after = change
				if w := q.send(h); w.Code != 403 && w.Code != 400 {
					t.Errorf("%s:%s, %s: %d %s", s.ID, op.Name, name, w.Code, w.Body)
				}
			}
		}
	}
	if reached != good {
		t.Errorf("%d calls reached an operation, %d were signed", reached, good)
	}
}

func TestOtherSitesPagesAreRefused(t *testing.T) {
	h := door(func(c *gateway.Config) { c.Dev, c.Loopback, c.Hosts = true, true, []string{"Casestream.test"} })
	tests := []struct {
		name, target string
		header       map[string]string
		want         int
	}{
		{"localhost", "http://localhost:4566/domains/d", nil, 200},
		{"a name below localhost", "http://sqs.localhost:4566/?Action=ListQueues", nil, 200},
		{"IPv4", "http://127.0.0.1:4566/domains/d", nil, 200},
		{"IPv6", "http://[::1]:4566/domains/d", nil, 200},
		{"AWS's name", "http://cases.us-east-1.amazonaws.com/domains/d", nil, 200},
		{"configured", "http://casestream.test:4566/domains/d", nil, 200},
		{"somebody's name", "http://evil.example:4566/domains/d", nil, 403},
		{"somebody's name like ours", "http://localhost.evil.example/domains/d", nil, 403},
		{"AWS's name in another", "http://amazonaws.com.evil.example/domains/d", nil, 403},
		{"probes too", "http://evil.example/metrics", nil, 403},
		{"other site", "http://localhost:4566/domains/d", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"other port", "http://localhost:4566/domains/d", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"own page", "http://localhost:4566/domains/d", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"typed", "http://localhost:4566/domains/d", map[string]string{"Sec-Fetch-Site": "none"}, 200},
		{"other origin", "http://localhost:4566/domains/d", map[string]string{"Origin": "http://evil.example"}, 403},
		{"no origin to tell", "http://localhost:4566/domains/d", map[string]string{"Origin": "null"}, 403},
		{"own origin", "http://localhost:4566/domains/d", map[string]string{"Origin": "http://localhost:4566"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if w := (request{target: tt.target, header: tt.header}).send(h); w.Code != tt.want {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}
