package gateway

import (
	"io"
	"net/http"
	"strconv"
)

// answerProbe answers the requests of those who watch the server. They carry no signature.
func (g *Gateway) answerProbe(x *exchange) bool {
	r := x.http
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	status, kind, text := http.StatusOK, "text/plain; charset=utf-8", "ok\n"
	switch r.URL.Path {
	case "/livez":
	case "/readyz":
		if g.cfg.Ready == nil {
			break
		}
		if err := g.cfg.Ready(r.Context()); err != nil {
			status, text = http.StatusServiceUnavailable, err.Error()+"\n"
		}
	case "/version":
		kind, text = "application/json", `{"version":`+strconv.Quote(g.cfg.Version)+"}\n"
	case "/metrics":
		x.probe = true
		x.answer.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		x.answer.WriteHeader(status)
		_ = g.cfg.Metrics.Write(r.Context(), &x.answer)
		return true
	default:
		return false
	}
	x.probe = true
	h := x.answer.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	x.answer.WriteHeader(status)
	_, _ = io.WriteString(&x.answer, text) // HEAD: net/http leaves the body out
	return true
}
