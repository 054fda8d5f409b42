package wire

import (
	"bytes"
	"net/http"
)

// legacyKey gives a member's name as SQS's JSON answers to awsQuery have it: there two lists have names of
// their own.
func legacyKey(quoted string) string {
	switch quoted {
	case `"Messages":`:
		return `"messages":`
	case `"QueueUrls":`:
		return `"queueUrls":`
	}
	return quoted
}

// encodePairs writes a map as those answers do: as a list of names and values.
func encodePairs[T any](e *Encoder, keys []string, m map[string]T, one func(*T, *Encoder)) {
	name := `"Name":`
	if bytes.HasSuffix(e.buf, []byte(`"Tags":`)) {
		name = `"Key":`
	}
	e.buf = append(e.buf, '[')
	for _, k := range keys {
		e.comma()
		e.Open()
		e.Key(name)
		e.String(k)
		e.Key(`"Value":`)
		v := m[k]
		one(&v, e)
		e.Close()
	}
	e.buf = append(e.buf, ']')
}

// queryAnswerJSON writes {"OpResponse":{"OpResult":{…},"ResponseMetadata":{…}}}: the tree of awsQuery's XML
// in JSON, which AWS gives to those who accept nothing else, such as its API Gateway.
func queryAnswerJSON(w http.ResponseWriter, r *Request, out Output) {
	e := NewEncoder()
	defer e.Release()
	e.legacy = true
	e.Open()
	e.Name(r.Op.Name + "Response")
	e.Open()
	if out != nil {
		e.Name(r.Op.Name + "Result")
		out.EncodeJSON(e)
	}
	e.Key(`"ResponseMetadata":`)
	e.Open()
	e.Key(`"RequestId":`)
	e.String(w.Header().Get(requestIDHeader))
	e.Close()
	e.Close()
	e.Close()
	writeBody(w, http.StatusOK, e.buf)
}

// queryErrorJSON writes the error of such a request.
func queryErrorJSON(w http.ResponseWriter, status int, requestID string, err *Error) {
	e := NewEncoder()
	defer e.Release()
	e.Open()
	e.Key(`"Error":`)
	e.Open()
	e.Key(`"Code":`)
	e.String(err.queryCode())
	e.Key(`"Message":`)
	e.String(err.queryMessage())
	e.Key(`"Type":`)
	e.String(err.side())
	e.Close()
	e.Key(`"RequestId":`)
	e.String(requestID)
	e.Close()
	writeBody(w, status, e.buf)
}
