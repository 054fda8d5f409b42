package main

import (
	"encoding/json"
	"net/http"
	"time"
)

// canned is a SendMessage answer.
const canned = `{"MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661","MessageId":"01900000-0000-7000-8000-000000000000"}`

// serveCeiling serves what no server with this client on this machine can beat: net/http, the request's
// JSON decoded, a canned answer, nothing stored.
func serveCeiling(addr string) error {
	srv := &http.Server{Addr: addr, ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ QueueUrl, MessageBody string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Write([]byte(canned))
	})}
	return srv.ListenAndServe()
}
