package wire

import (
	"net/http"
	"strconv"
)

// contentType gives the type of a protocol's answers.
func contentType(p Protocol) string {
	switch p {
	case AWSJSON10:
		return "application/x-amz-json-1.0"
	case AWSJSON11:
		return "application/x-amz-json-1.1"
	case AWSQuery:
		return "text/xml"
	case RestJSON1, AWSQueryJSON:
	}
	return "application/json"
}

// WriteOutput answers a request with an operation's output; nil is an operation without output shape. The
// caller has set the request id header.
func WriteOutput(w http.ResponseWriter, r *Request, out Output) {
	w.Header().Set("Content-Type", contentType(r.Protocol))
	switch {
	case r.Protocol == AWSQuery:
		x := &XML{buf: make([]byte, 0, 1024)}
		queryAnswer(x, r, out, w.Header().Get(requestIDHeader))
		writeBody(w, http.StatusOK, x.buf)
	case r.Protocol == AWSQueryJSON:
		queryAnswerJSON(w, r, out)
	case out == nil && r.Protocol == RestJSON1:
		writeBody(w, http.StatusOK, emptyObject)
	case out == nil:
		writeBody(w, http.StatusOK, nil)
	default:
		e := NewEncoder()
		out.EncodeJSON(e)
		writeBody(w, http.StatusOK, e.buf)
		e.Release()
	}
}

// requestIDHeader carries the id of a request in its answer.
const requestIDHeader = "X-Amzn-Requestid"

// writeBody sends status and body. A client that is gone is nobody to tell about it.
func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// queryAnswer writes <OpResponse><OpResult>…</OpResult><ResponseMetadata/></OpResponse>.
func queryAnswer(x *XML, r *Request, out Output, requestID string) {
	name := r.Op.Name
	x.buf = append(x.buf, `<?xml version="1.0"?><`...)
	x.buf = append(x.buf, name...)
	x.buf = append(x.buf, `Response xmlns="`...)
	x.buf = appendXMLText(x.buf, r.Service.XMLNamespace)
	x.buf = append(x.buf, '"', '>')
	if shape, ok := out.(XMLOutput); ok {
		x.Start(name + "Result")
		before := len(x.buf)
		shape.EncodeXML(x)
		if len(x.buf) == before {
			x.buf = append(x.buf[:before-1], '/', '>')
		} else {
			x.End(name + "Result")
		}
	}
	x.Start("ResponseMetadata")
	x.Text("RequestId", requestID)
	x.End("ResponseMetadata")
	x.End(name + "Response")
}

// WriteError answers with an error in a protocol's form. svc may be nil when no service was found.
func WriteError(w http.ResponseWriter, p Protocol, svc *Service, requestID string, err APIError) {
	e := err.Wire()
	if svc == nil {
		svc = &Service{}
	}
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	h := w.Header()
	for k, v := range e.Header {
		h[k] = v
	}
	h.Set("Content-Type", contentType(p))
	if p == AWSQuery {
		x := &XML{buf: make([]byte, 0, 512)}
		queryError(x, svc, requestID, e)
		writeBody(w, status, x.buf)
		return
	}
	if p == AWSQueryJSON {
		queryErrorJSON(w, status, requestID, e)
		return
	}
	if svc.AlsoQuery {
		h.Set("X-Amzn-Query-Error", e.queryCode()+";"+e.side())
	}
	code := e.Code
	if p == RestJSON1 {
		h.Set("X-Amzn-Errortype", code)
		code = ""
	} else if ns := e.namespace(svc); ns != "" {
		code = ns + "#" + code
	}
	enc := NewEncoder()
	e.encode(enc, code)
	writeBody(w, status, enc.buf)
	enc.Release()
}

// namespace gives the part of __type before the #.
func (e *Error) namespace(svc *Service) string {
	if e.Namespace != "" {
		return e.Namespace
	}
	return svc.ErrorNamespace
}

// queryCode gives awsQuery's code.
func (e *Error) queryCode() string {
	if e.QueryCode != "" {
		return e.QueryCode
	}
	return e.Code
}

// queryMessage gives awsQuery's message.
func (e *Error) queryMessage() string {
	if e.QueryMessage != "" {
		return e.QueryMessage
	}
	return e.Message
}

// side says whose fault the error is.
func (e *Error) side() string {
	if e.Receiver {
		return "Receiver"
	}
	return "Sender"
}

// encode writes the JSON body; an empty code leaves __type out.
func (e *Error) encode(enc *Encoder, code string) {
	enc.Open()
	if code != "" {
		enc.Key(`"__type":`)
		enc.String(code)
	}
	key := e.MessageKey
	if key == "" {
		key = "message"
	}
	enc.Name(key)
	enc.String(e.Message)
	for _, m := range e.Members {
		enc.Name(m[0])
		enc.String(m[1])
	}
	enc.Close()
}

// queryError writes awsQuery's ErrorResponse.
func queryError(x *XML, svc *Service, requestID string, e *Error) {
	x.buf = append(x.buf, `<?xml version="1.0"?><ErrorResponse`...)
	if svc.XMLNamespace != "" {
		x.buf = append(x.buf, ` xmlns="`...)
		x.buf = appendXMLText(x.buf, svc.XMLNamespace)
		x.buf = append(x.buf, '"')
	}
	x.buf = append(x.buf, '>')
	x.Start("Error")
	x.Text("Type", e.side())
	x.Text("Code", e.queryCode())
	x.Text("Message", e.queryMessage())
	x.buf = append(x.buf, "<Detail/>"...)
	x.End("Error")
	x.Text("RequestId", requestID)
	x.End("ErrorResponse")
}
